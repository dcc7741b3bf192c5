// Link the modules of the studio without running them: every import and every imported name must exist.
// `node --experimental-vm-modules link_modules.mjs FOLDER` prints {"faults": [...], "imports": {module: [module]}}.
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import vm from "node:vm";

const folder = path.resolve(process.argv[2]);
const names = readdirSync(folder, { recursive: true }).filter((name) => name.endsWith(".js")).sort();
const faults = [];
const modules = new Map();

for (const name of names) {
  const file = path.join(folder, name);
  try {
    modules.set(file, new vm.SourceTextModule(readFileSync(file, "utf8"), { identifier: file }));
  } catch (error) {
    faults.push(`${name}: ${error.message}`);
  }
}

const find = (specifier, importer) => {
  const file = path.resolve(path.dirname(importer.identifier), specifier);
  if (!specifier.startsWith(".") || !modules.has(file)) throw new Error(`${specifier} is no module of the studio`);
  return modules.get(file);
};

for (const [file, module] of modules) {
  if (module.status !== "unlinked") continue; // another one imports it
  try {
    await module.link(find);
  } catch (error) {
    faults.push(`${path.relative(folder, file)}: ${error.message}`);
  }
}
const imports = [...modules].map(([file, module]) => [
  path.relative(folder, file),
  (module.moduleRequests?.map((one) => one.specifier) ?? module.dependencySpecifiers).map((one) =>
    path.relative(folder, path.resolve(path.dirname(file), one))),
]);
console.log(JSON.stringify({ faults: [...new Set(faults)], imports: Object.fromEntries(imports) }));
