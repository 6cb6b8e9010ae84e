// `node scripts/second-program.mjs FOLDER`: packs this package and makes FOLDER (which must not exist) the program of examples/component
// with the tarball installed. What the tarball needs is linked from node_modules by what its package.json and the lock file say, so nothing
// is downloaded, and a dependency that package.json forgot is missing there. Needs `npm run build` before.
import { spawnSync } from "node:child_process";
import { copyFileSync, cpSync, linkSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";

const [folder] = process.argv.slice(2);
if (folder === undefined) {
  console.error("usage: node scripts/second-program.mjs FOLDER");
  process.exit(2);
}
const modules = join(folder, "node_modules");
const installed = join(modules, "s3-express-sync");
mkdirSync(dirname(resolve(folder)), { recursive: true });
mkdirSync(folder);
cpSync("examples/component", folder, { recursive: true });
mkdirSync(installed, { recursive: true });

run(process.execPath, ["node_modules/typescript/bin/tsc", "-p", "tsconfig.package.json"]);
const packed = run("npm", ["pack", "--json", "--ignore-scripts", "--pack-destination", folder]);
const tarball = join(folder, JSON.parse(packed)[0].filename);
run("tar", ["-xzf", tarball, "--strip-components=1", "-C", installed]);

const { packages } = JSON.parse(readFileSync("package-lock.json", "utf8"));
const { dependencies, peerDependencies } = readJson(join(installed, "package.json"));
const { devDependencies } = readJson(join(folder, "package.json"));
const needed = new Set();
for (const name of Object.keys({ ...dependencies, ...peerDependencies, ...devDependencies })) need("", name);
for (const path of needed) linkTree(path, join(folder, path));
console.log(`${folder}: ${needed.size + 1} packages`);

/** As Node looks a package up from another: beside it, then further out. */
function need(from, name) {
  const path = join(from, "node_modules", name);
  if (packages[path] === undefined) {
    if (from !== "") return need(from.slice(0, Math.max(0, from.lastIndexOf("node_modules/") - 1)), name);
    throw new Error(`${name} is not in package-lock.json`);
  }
  if (needed.has(path)) return;
  needed.add(path);
  const { dependencies: direct, optionalDependencies: optional = {}, peerDependencies: peers = {} } = packages[path];
  for (const each of Object.keys({ ...direct, ...peers }))
    if (!(each in optional) && known(path, each)) need(path, each);
}

/** Optional peers are not installed everywhere. */
function known(from, name) {
  const optional = packages[from].peerDependenciesMeta?.[name]?.optional === true;
  return !optional || packages[`node_modules/${name}`] !== undefined;
}

/** A copy that takes no room: the same files under another name, or real copies where the file system is another. */
function linkTree(from, to) {
  mkdirSync(to, { recursive: true });
  for (const entry of readdirSync(from, { withFileTypes: true })) {
    if (entry.name === "node_modules") continue;
    const [source, target] = [join(from, entry.name), join(to, entry.name)];
    if (entry.isDirectory()) linkTree(source, target);
    else if (entry.isFile()) link(source, target);
  }
}

function link(source, target) {
  try {
    linkSync(source, target);
  } catch (error) {
    if (error.code !== "EXDEV" && error.code !== "EPERM") throw error;
    copyFileSync(source, target);
  }
}

function readJson(file) {
  return JSON.parse(readFileSync(file, "utf8"));
}

function run(command, args) {
  const { status, stdout, stderr, error } = spawnSync(command, args, { encoding: "utf8" });
  if (status === 0) return stdout;
  throw new Error(`${command} ${args.join(" ")}: ${error?.message ?? `${stdout}${stderr}`}`);
}
