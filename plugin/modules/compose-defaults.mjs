// SPDX-License-Identifier: MPL-2.0
// @ts-check

/**
 * What the toggles of a window follow from.
 * @typedef {object} ComposeFacts
 * @property {import("./settings.mjs").IdentitySettings} settings of the sender's identity
 * @property {boolean | null} hasKey From has a key of its own; null: it could not be found out
 * @property {boolean} allReady there are recipients, and each can be encrypted to
 * @property {boolean} encryptedOriginal it answers or forwards an encrypted message
 * @property {{sign?: boolean, encrypt?: boolean} | null} saved what a draft was saved with, as it
 *   says outside, where its server can change it
 * @property {boolean} [sealed] it is a draft that lies encrypted
 * @property {{sign?: boolean, encrypt?: boolean}} chosen by the user's clicks in this window
 *
 * @typedef {object} ComposeDecision
 * @property {boolean} sign
 * @property {boolean} encrypt
 * @property {boolean} ask to be asked at Send, if everyone is ready
 * @property {boolean} automatic encryption follows the recipients' states by itself
 * @property {boolean} unsure something may be off only because the key could not be found out
 */

/**
 * The user's own click wins, then what the draft was saved with, then that the original was
 * encrypted, then the identity's defaults.
 *
 * What is encrypted is signed as well (RFC 9787 §5.3): nobody could tell otherwise who wrote it.
 * Signing needs a key. Encryption that was asked for stays on without one, and stops the sending:
 * it would go out plain otherwise.
 * @param {ComposeFacts} facts
 * @returns {ComposeDecision}
 */
export function decide(facts) {
  const { settings, hasKey, allReady, saved, chosen } = facts;
  const wanted = chosen.encrypt ?? saved?.encrypt ?? (mustStay(facts) ? true : undefined);
  const encrypt = wanted ?? encryptByDefault(settings, hasKey, allReady);
  return {
    sign: wantsSignature(settings, hasKey, encrypt || (chosen.sign ?? saved?.sign)),
    encrypt,
    ask: wanted === undefined && settings.encrypt === "ask" && hasKey === true,
    automatic: wanted === undefined && settings.encrypt === "ready",
    unsure: hasKey === null && dependsOnKey(settings, chosen.sign ?? saved?.sign, wanted),
  };
}

/** With the default "never", a draft lies encrypted because somebody has switched that on. */
function mustStay({ encryptedOriginal, sealed = false, settings }) {
  return encryptedOriginal || (sealed && settings.encrypt === "never");
}

function dependsOnKey(settings, signWanted, encryptWanted) {
  const sign = signWanted === undefined && settings.sign === "always";
  return sign || (encryptWanted === undefined && ["ready", "ask"].includes(settings.encrypt));
}

function wantsSignature(settings, hasKey, wanted) {
  if (hasKey === null) {
    return wanted === true;
  }
  return hasKey && (wanted ?? settings.sign === "always");
}

function encryptByDefault(settings, hasKey, allReady) {
  if (settings.encrypt === "always") {
    return true;
  }
  return settings.encrypt === "ready" && hasKey === true && allReady;
}
