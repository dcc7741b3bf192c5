/** The menu of the pages. */

/** The pages of the menu. Those with `isWide` are on the page "more" where the menu is narrow. */
export const MENU = [
  { name: "create", icon: "plus" },
  { name: "library", icon: "film" },
  { name: "publish", icon: "calendar" },
  { name: "approvals", icon: "shield" },
  { name: "batches", icon: "table", isWide: true },
  { name: "brands", icon: "palette", isWide: true },
  { name: "metrics", icon: "chart", isWide: true },
  { name: "settings", icon: "gear", isWide: true },
];
/** The page of the menu that a page belongs to. */
export const MENU_OF = { job: "library", review: "library", edit: "library", new_batch: "batches", batch: "batches", brand: "brands", approval: "approvals" };
