// SPDX-License-Identifier: MPL-2.0
/*
 * What crosses between the native program and the add-on (bridge/PROTOCOL.md), where modules rely
 * on its form.
 */

/** Codes of faults: those of bridge/host/fault.c; tests/style compares the lists. */
type FaultCode =
  | "address-malformed"
  | "address-without-name"
  | "record-malformed"
  | "frame-malformed"
  | "message-malformed"
  | "message-too-large"
  | "message-addresses-malformed"
  | "trust-anchor-unusable"
  | "dns-server-malformed"
  | "resolver-failed"
  | "cache-failed"
  | "crypto-failed"
  | "cms-malformed"
  | "cms-too-large"
  | "cms-unsupported"
  | "cms-not-for-us"
  | "cms-decryption-failed"
  | "certificate-malformed"
  | "key-malformed"
  | "file-password-wrong"
  | "key-store-failed"
  | "key-store-missing"
  | "key-locked"
  | "key-not-found"
  | "key-exists"
  | "storage-failed"
  | "system-authorities-missing"
  | "drs-frame-invalid"
  | "drs-mail-refused"
  | "drs-malformed"
  | "drs-no-map-entry"
  | "drs-request-encrypted"
  | "drs-response-not-encrypted"
  | "drs-signature-bad"
  | "drs-certificate-missing"
  | "drs-several-certificates"
  | "drs-not-a-controller"
  | "drs-certificate-untrusted"
  | "drs-not-pinned"
  | "drs-several-authorities"
  | "drs-algorithm-unknown"
  | "drs-legacy-refused"
  | "drs-map-failed"
  | "drs-map-full"
  | "request-malformed"
  | "request-unknown"
  | "busy"
  | "body-too-large"
  | "file-refused"
  | "recipients-not-ready"
  | "recipients-unknown"
  | "no-recipients"
  | "no-author"
  | "not-protected"
  | "cancelled";

/** Codes of BridgeError that no host sends: a bug, or the host can't be reached. */
type OwnFaultCode =
  | "internal"
  | "host-missing"
  | "host-unstartable"
  | "host-unreachable"
  | "host-gone"
  | "host-silent"
  | "host-misbehaved";

/** Certificate in full, of a key in the key store. */
interface KeyFacts {
  subject: string;
  issuer: string;
  serial: string;
  sha256: string;
  addresses: string[];
  not_before: string;
  not_after: string;
  key: string;
  time: "valid" | "expired" | "not-yet-valid";
  may_sign: boolean;
  may_encrypt: boolean;
  authority: boolean;
  self_issued: boolean;
}
