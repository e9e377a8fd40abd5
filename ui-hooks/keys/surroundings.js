// SPDX-License-Identifier: MPL-2.0
"use strict";

/* global Services, Cc, Ci, IOUtils, PathUtils */
/* exported findSandbox, inspectManifests, knowsFolders, manifestFolders */

// Loaded by implementation.js. Where Thunderbird runs, and how it finds native programs.

const FOLDER_KEYS = ["XREUserNativeManifests", "XRESysNativeManifests"];
const FOLDER_NAME = "native-messaging-hosts";

function knowsFolders() {
  return FOLDER_KEYS.every((key) => Services.dirsvc.has(key));
}

function manifestFolders() {
  return FOLDER_KEYS.map((key) =>
    PathUtils.join(Services.dirsvc.get(key, Ci.nsIFile).path, FOLDER_NAME),
  );
}

/** Which sandbox runs Thunderbird; GIO's answer, not the environment that a shell left behind. */
function findSandbox() {
  const gio = Cc["@mozilla.org/gio-service;1"]?.getService(Ci.nsIGIOService);
  if (gio?.isRunningUnderFlatpak) {
    return "flatpak";
  }
  return gio?.isRunningUnderSnap ? "snap" : "none";
}

/** What one file tells of the program that Thunderbird would start by it. */
async function inspect(path, extensionId) {
  const found = { path, state: "absent", program: null, executable: false, allowed: false };
  if (!(await IOUtils.exists(path))) {
    return found;
  }
  const manifest = await IOUtils.readJSON(path).catch(() => null);
  if (typeof manifest?.path !== "string") {
    return { ...found, state: "broken" };
  }
  const program = Cc["@mozilla.org/file/local;1"].createInstance(Ci.nsIFile);
  try {
    program.initWithPath(manifest.path);
  } catch {
    return { ...found, state: "broken", program: manifest.path };
  }
  return {
    path,
    state: "present",
    program: manifest.path,
    executable: program.exists() && program.isFile() && program.isExecutable(),
    allowed: [manifest.allowed_extensions].flat().includes(extensionId),
  };
}

async function inspectManifests(application, others, extensionId) {
  const files = [...manifestFolders(), ...others].map((folder) =>
    PathUtils.join(folder, `${application}.json`),
  );
  return Promise.all(files.map((file) => inspect(file, extensionId)));
}
