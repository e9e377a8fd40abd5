// SPDX-License-Identifier: MPL-2.0
"use strict";

/* global ChromeUtils, Cc, Ci, IOUtils, PathUtils */
/* exported canExport, exportOwn, listOwn */

// Loaded by implementation.js. Thunderbird's own certificates with private keys.

const { ExtensionError } = ChromeUtils.importESModule(
  "resource://gre/modules/ExtensionUtils.sys.mjs",
).ExtensionUtils;

function certificateDatabase() {
  return Cc["@mozilla.org/security/x509certdb;1"].getService(Ci.nsIX509CertDB);
}

function canExport() {
  return typeof certificateDatabase().exportPKCS12File === "function";
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

function listOwn() {
  return ownCertificates().map(describe);
}

async function exportOwn(id, password) {
  const certificate = ownCertificates().find((one) => one.sha256Fingerprint === id);
  if (!certificate) {
    throw new ExtensionError("no such certificate");
  }
  return exportCertificate(certificate, password);
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
