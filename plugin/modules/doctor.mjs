// SPDX-License-Identifier: MPL-2.0
// @ts-check

/**
 * One line of the list: of the native program, or what this Thunderbird offers to one of our shims.
 * @typedef {object} Finding
 * @property {"program" | "thunderbird"} group
 * @property {string} check
 * @property {boolean} works
 * @property {boolean} needed some use of the add-on goes without it if not
 * @property {string} detail English
 */

/** What may be missing without harm to anything else, by "shim-feature". */
const OPTIONAL = new Set(["list-cards", "verdict-parts"]);

/**
 * @param {import("./bridge.mjs").Bridge} bridge
 * @returns {Promise<Finding[]>}
 */
export async function examineProgram(bridge) {
  const { checks } = (await bridge.send("doctor")).result;
  return checks.map(({ check, works, needed, detail }) => {
    return { group: "program", check, works, needed, detail: detail ?? "" };
  });
}

/**
 * @param {{[shim: string]: {features: () => Promise<HookFeatures>}}} shims
 * @returns {Promise<Finding[]>}
 */
export async function examineThunderbird(shims) {
  const lists = await Promise.all(
    Object.entries(shims).map(([name, shim]) => examineShim(name, shim)),
  );
  return lists.flat();
}

async function examineShim(name, shim) {
  try {
    return Object.entries(await shim.features()).map(([feature, works]) =>
      finding(`${name}-${feature}`, Boolean(works), ""),
    );
  } catch (error) {
    return [finding(`${name}-all`, false, String(error?.message ?? error))];
  }
}

function finding(check, works, detail) {
  return /** @type {Finding} */ ({
    group: "thunderbird",
    check,
    works,
    needed: !OPTIONAL.has(check),
    detail,
  });
}

/**
 * The list as text for a report of a problem: English, as its readers are developers; no
 * addresses, no keys, and not the name of the user's folder.
 * @param {Finding[]} findings
 * @param {{[what: string]: string}} facts versions and the like, shown first
 * @param {string} home the user's folder, or ""
 */
export function reportText(findings, facts, home) {
  const lines = [
    ...Object.entries(facts).map(([what, value]) => `${what}: ${value}`),
    "",
    ...findings.map(({ group, check, works, needed, detail }) => {
      const mark = works ? "ok  " : needed ? "FAIL" : "--  ";
      return `${mark} ${group}/${check}${detail ? `  ${detail}` : ""}`;
    }),
  ];
  const text = lines.join("\n");
  return home ? text.replaceAll(home, "~") : text;
}

/**
 * The user's folder, by the folder of manifests in it.
 * @param {string[]} manifestFolders
 */
export function homeOf(manifestFolders) {
  const match = /^(\/.+)\/\.mozilla\//.exec(manifestFolders[0] ?? "");
  return match ? match[1] : "";
}
