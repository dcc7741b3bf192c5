// Print the texts of the studio as JSON: {language: {part: {key: text}}}. `node read_texts.mjs FOLDER`
import { readdirSync } from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";

const folder = path.join(path.resolve(process.argv[2]), "js", "text");
const texts = {};
for (const language of readdirSync(folder)) {
  texts[language] = {};
  for (const name of readdirSync(path.join(folder, language))) {
    const module = await import(pathToFileURL(path.join(folder, language, name)).href);
    texts[language][name.replace(/\.js$/, "")] = module.default;
  }
}
console.log(JSON.stringify(texts));
