// SPDX-License-Identifier: MPL-2.0
"use strict";

/* global Cc, Ci, IOUtils */
/* exported inspect */

// Loaded by implementation.js.

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
