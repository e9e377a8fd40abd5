// SPDX-License-Identifier: MPL-2.0
"use strict";

/* global ExtensionAPI, ChromeUtils, Services, Cc, Ci, IOUtils, PathUtils */

// A namespace without state or patches: there is nothing to undo.

var { ExtensionUtils } = ChromeUtils.importESModule(
  "resource://gre/modules/ExtensionUtils.sys.mjs",
);
var { ExtensionError } = ExtensionUtils;

const FOLDER_KEYS = ["XREUserNativeManifests", "XRESysNativeManifests"];
const FOLDER_NAME = "native-messaging-hosts";

function certificateDatabase() {
  return Cc["@mozilla.org/security/x509certdb;1"].getService(Ci.nsIX509CertDB);
}

function findFeatures() {
  return {
    prompt: typeof Services.prompt.asyncPromptPassword === "function",
    ownKeys: typeof certificateDatabase().exportPKCS12File === "function",
    environment: FOLDER_KEYS.every((key) => Services.dirsvc.has(key)),
  };
}

function demand(feature) {
  if (!findFeatures()[feature]) {
    throw new ExtensionError(`this Thunderbird lacks what "${feature}" needs`);
  }
}

/** The window in front, where a prompt fits into it; null: a window of its own. */
function frontContext() {
  const window =
    Services.focus.activeWindow?.browsingContext.topChromeWindow ??
    Services.wm.getMostRecentWindow("mail:3pane") ??
    Services.wm.getMostRecentWindow("");
  return window?.browsingContext ?? null;
}

async function askPassword(title, text) {
  const context = frontContext();
  const { MODAL_TYPE_INTERNAL_WINDOW, MODAL_TYPE_WINDOW } = Ci.nsIPromptService;
  const type = context ? MODAL_TYPE_INTERNAL_WINDOW : MODAL_TYPE_WINDOW;
  const answer = await Services.prompt.asyncPromptPassword(context, type, title, text, {
    value: "",
  });
  return answer.getProperty("ok") ? answer.getProperty("pass") : null;
}

function ownCertificates() {
  return certificateDatabase()
    .getCerts()
    .filter((certificate) => certificate.certType & Ci.nsIX509Cert.USER_CERT);
}

function describe(certificate) {
  return {
    id: certificate.sha256Fingerprint,
    subject: certificate.commonName || certificate.subjectName,
    addresses: certificate.getEmailAddresses(),
    // PRTime: microseconds
    notAfter: new Date(certificate.validity.notAfter / 1000).toISOString(),
  };
}

/** Through a file, since NSS writes no PKCS#12 elsewhere: it is 0644, hence the folder. */
async function exportCertificate(certificate, password) {
  const folder = await IOUtils.createUniqueDirectory(PathUtils.tempDir, "dane-smime-", 0o700);
  try {
    const path = PathUtils.join(folder, "key.p12");
    const file = Cc["@mozilla.org/file/local;1"].createInstance(Ci.nsIFile);
    file.initWithPath(path);
    const status = await certificateDatabase().exportPKCS12File(file, [certificate], password);
    if (status) {
      throw new ExtensionError(`exportPKCS12File() says ${status}`);
    }
    return (await IOUtils.read(path)).buffer;
  } finally {
    await IOUtils.remove(folder, { recursive: true });
  }
}

/** Which sandbox runs Thunderbird; GIO's answer, not the environment that a shell left behind. */
function findSandbox() {
  const gio = Cc["@mozilla.org/gio-service;1"]?.getService(Ci.nsIGIOService);
  if (gio?.isRunningUnderFlatpak) {
    return "flatpak";
  }
  return gio?.isRunningUnderSnap ? "snap" : "none";
}

function manifestFolders() {
  return FOLDER_KEYS.map((key) =>
    PathUtils.join(Services.dirsvc.get(key, Ci.nsIFile).path, FOLDER_NAME),
  );
}

this.daneKeys = class extends ExtensionAPI {
  getAPI({ extension }) {
    const manifests = {};
    Services.scriptloader.loadSubScriptWithOptions(
      extension.rootURI.resolve("ui-hooks/keys/manifests.js"),
      { target: manifests, ignoreCache: true, allowUnsafeURL: true },
    );
    return {
      daneKeys: {
        features: async () => findFeatures(),
        async promptPassword(title, text) {
          demand("prompt");
          return askPassword(title, text);
        },
        async listOwn() {
          demand("ownKeys");
          return ownCertificates().map(describe);
        },
        async exportOwn(id, password) {
          demand("ownKeys");
          const certificate = ownCertificates().find((one) => one.sha256Fingerprint === id);
          if (!certificate) {
            throw new ExtensionError("no such certificate");
          }
          return exportCertificate(certificate, password);
        },
        async environment() {
          demand("environment");
          const { version } = Services.appinfo;
          return { sandbox: findSandbox(), manifestFolders: manifestFolders(), version };
        },
        async inspectManifests(application, others) {
          demand("environment");
          const files = [...manifestFolders(), ...others].map((folder) =>
            PathUtils.join(folder, `${application}.json`),
          );
          return Promise.all(files.map((file) => manifests.inspect(file, extension.id)));
        },
      },
    };
  }
};
