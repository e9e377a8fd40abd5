// SPDX-License-Identifier: MPL-2.0
// @ts-check

const APPLICATION = "dane_smime";
const PROTOCOL = 1;

/** Where a manifest may have landed though Thunderbird does not look there. */
const OTHER_FOLDERS = [
  "/usr/local/lib/mozilla/native-messaging-hosts",
  "/usr/lib64/mozilla/native-messaging-hosts",
  "/usr/share/mozilla/native-messaging-hosts",
  "/opt/lib/mozilla/native-messaging-hosts",
];

/**
 * What keeps the native program from being used, and what a user can do about it.
 * @typedef {object} Obstacle
 * @property {string} code "flatpak" | "snap" | "not-installed" | "manifest-elsewhere" |
 *   "manifest-broken" | "manifest-foreign" | "program-missing" | "program-fails" | "outdated" |
 *   "other"
 * @property {string} fault code of the error (words "fault_…")
 * @property {string} detail English, for logs
 * @property {string} place path of the file that it is about, or ""
 * @property {string[]} commands lines for a terminal; may be none
 *
 * @typedef {object} HostState
 * @property {boolean} ready
 * @property {any} about answer of `hello`, or null
 * @property {Obstacle | null} obstacle
 */

/**
 * Asks the native program who it is; where it can't be asked, finds out why.
 * @param {import("./bridge.mjs").Bridge} bridge
 * @param {DaneKeys} hooks
 * @returns {Promise<HostState>}
 */
export async function lookAtHost(bridge, hooks) {
  try {
    const about = (await bridge.send("hello")).result;
    if (about.protocol === PROTOCOL) {
      return { ready: true, about, obstacle: null };
    }
    const detail = `the host speaks protocol ${about.protocol}, not ${PROTOCOL}`;
    return { ready: false, about, obstacle: obstacle("outdated", "request-unknown", detail) };
  } catch (error) {
    return { ready: false, about: null, obstacle: await explain(error, hooks) };
  }
}

/**
 * @param {any} error
 * @param {DaneKeys} hooks
 * @returns {Promise<Obstacle>}
 */
async function explain(error, hooks) {
  const fault = error.name === "BridgeError" ? error.code : "internal";
  if (fault === "request-unknown") {
    return obstacle("outdated", fault, error.message);
  }
  if (!["host-missing", "host-unstartable", "host-unreachable", "host-gone"].includes(fault)) {
    return obstacle("other", fault, error.message);
  }
  const { sandbox, manifestFolders } = await hooks.environment();
  if (sandbox !== "none") {
    return obstacle(sandbox, fault, error.message);
  }
  const manifests = await hooks.inspectManifests(APPLICATION, OTHER_FOLDERS);
  return { ...judgeManifests(manifests, manifestFolders), fault, detail: error.message };
}

/**
 * @param {ManifestFacts[]} manifests
 * @param {string[]} folders those that Thunderbird reads, the user's first
 */
export function judgeManifests(manifests, folders) {
  const isRead = ({ path }) => folders.some((folder) => path.startsWith(`${folder}/`));
  const found = manifests.filter(({ state }) => state !== "absent");
  const used = found.find((one) => isRead(one) && one.state === "present" && one.allowed);
  if (used) {
    return judgeProgram(used);
  }
  const broken = found.find(isRead);
  if (broken) {
    const code = broken.state === "broken" ? "manifest-broken" : "manifest-foreign";
    return { code, place: broken.path, commands: [] };
  }
  if (found.length > 0) {
    const place = found[0].path;
    return { code: "manifest-elsewhere", place, commands: linkCommands(place, folders[0]) };
  }
  return { code: "not-installed", place: folders.join(", "), commands: installCommands(folders) };
}

/** @param {ManifestFacts} manifest one that Thunderbird takes */
function judgeProgram({ path, program: place, executable }) {
  const program = place ?? "";
  if (!executable) {
    return { code: "program-missing", place: program, commands: [`grep path ${quote(path)}`] };
  }
  return { code: "program-fails", place: program, commands: [`${quote(program)} --version`] };
}

function linkCommands(manifest, folder) {
  return [`mkdir -p ${quote(folder)}`, `ln -s ${quote(manifest)} ${quote(folder)}/`];
}

/** In the folder of the project's sources (README.md, Install). */
function installCommands(folders) {
  return [
    "packaging/install-dependencies build run",
    "meson setup _release --buildtype=release -Dtests=disabled",
    "ninja -C _release",
    "sudo meson install -C _release",
    ...linkCommands(`${OTHER_FOLDERS[0]}/${APPLICATION}.json`, folders[0]),
  ];
}

/** For a shell; paths that need no quotes stay as they are. */
function quote(path) {
  return /^[\w@%+=:,./-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`;
}

function obstacle(code, fault, detail) {
  return { code, fault, detail, place: "", commands: SANDBOX_COMMANDS[code] ?? [] };
}

/** What lets a packaged Thunderbird start a program outside of its sandbox. */
const SANDBOX_COMMANDS = {
  snap: [`flatpak permission-set webextensions ${APPLICATION} snap.thunderbird yes`],
  flatpak: ["sudo apt install thunderbird"],
};
