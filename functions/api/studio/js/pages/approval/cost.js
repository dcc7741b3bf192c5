import { formatMoney } from "../../lib/format.js";
import { t } from "../../text.js";

/** Return the cost of an approval in words. @param {"up_to" | "cost_up_to"} form */
export function describeCost(approval, form) {
  if (!approval.max_cost_usd) return t("approval.free");
  return t(`approval.${form}`, { expected: formatMoney(approval.expected_cost_usd), most: formatMoney(approval.max_cost_usd) });
}
