export default {
  batches: "Many videos from one plan and a table.",
  brands: "Fonts, colours, logo, intro and outro under one name.",
  metrics: "How many videos were made, how fast, and at what cost.",
  settings: "Language, keys, budgets and the state of the server.",
};
