// SPDX-License-Identifier: MPL-2.0
// @ts-check
import { make } from "./dom.mjs";

/** @typedef {import("../modules/words.mjs").Words} Words */

/**
 * @param {string} kind of a certificate ("ec-p256") or of `keygen` ("p-256")
 * @param {Words} words
 */
export function kindText(kind, words) {
  const rsa = /^rsa-(\d+)$/.exec(kind);
  if (rsa) {
    return words.text("options_kindRsa", rsa[1]);
  }
  const curve = /^(?:ec-)?p-?(\d+)$/.exec(kind);
  return curve ? words.text("options_kindEc", curve[1]) : kind;
}

/** @param {string} moment RFC 3339 */
export function dateText(moment) {
  const language = messenger.i18n.getUILanguage();
  return new Intl.DateTimeFormat(language, { dateStyle: "long" }).format(new Date(moment));
}

/** @param {string} sha256 hexadecimal */
function fingerprintText(sha256) {
  return sha256.toUpperCase().replace(/.{4}(?=.)/g, "$& ");
}

/**
 * The facts of a key for people.
 * @param {KeyFacts} key
 * @param {Words} words
 * @param {string} [known] an address that is shown already
 */
export function factsList(key, words, known) {
  const until = `${dateText(key.not_before)} – ${dateText(key.not_after)}`;
  const addresses = key.addresses.filter((address) => address !== known);
  const rows = [
    ...(addresses.length > 0 ? [[words.text("options_factAddress"), addresses.join(", ")]] : []),
    [words.text("options_factValid"), until],
    [words.text("options_factIssuer"), issuerText(key, words)],
    [words.text("options_factFingerprint"), fingerprintText(key.sha256), "mono"],
  ];
  return make(
    "dl",
    { class: "facts" },
    ...rows.flatMap(([label, text, kind]) => [
      make("dt", {}, label),
      make("dd", kind ? { class: kind } : {}, text),
    ]),
  );
}

function issuerText(key, words) {
  if (key.self_issued) {
    return words.text("options_selfSigned");
  }
  return /CN=([^,]+)/.exec(key.issuer)?.[1] ?? key.issuer;
}

/**
 * What a key is good for now.
 * @param {KeyFacts} key
 * @param {boolean} isNewest of those that may be used
 * @param {Words} words
 */
export function usageBadge(key, isNewest, words) {
  if (key.time === "expired") {
    return badge("warning", words.text("options_keyExpired"));
  }
  if (key.time === "not-yet-valid") {
    return badge("warning", words.text("options_keyNotYetValid"));
  }
  if (isNewest) {
    return badge("good", words.text("options_keyInUse"));
  }
  return badge("info", words.text(key.may_sign ? "options_keyOlder" : "options_keyNoSigning"));
}

function badge(tone, text) {
  return make("span", { class: "badge", "data-tone": tone }, text);
}
