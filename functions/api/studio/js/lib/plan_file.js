/** The file of a plan, as `sutradhar plan` and the page write it. Pure. */

/** Return the text of the file of a plan. */
export function writePlan(plan) {
  return `${JSON.stringify(plan, null, 2)}\n`;
}

/** Return the plan in `text`. @throws {SyntaxError} it is no JSON object */
export function parsePlan(text) {
  const plan = JSON.parse(text.replace(/^\uFEFF/, "")); // Windows editors begin a file with this mark
  if (typeof plan !== "object" || plan === null || Array.isArray(plan)) throw new SyntaxError("the file is no JSON object");
  if (plan.scenes !== undefined && !(Array.isArray(plan.scenes) && plan.scenes.every((scene) => typeof scene === "object" && scene !== null))) {
    throw new SyntaxError("scenes is no list of objects");
  }
  return plan;
}

/** Return whether a file is meant as a plan. @param {{name: string, type: string}} file */
export function isPlanFile(file) {
  return file.type === "application/json" || /\.json$/i.test(file.name);
}
