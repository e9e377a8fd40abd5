// SPDX-License-Identifier: MPL-2.0
// @ts-check
import { missingText } from "./compose-view.mjs";

/** Addresses that the bar names before it says "…". */
const NAMED = 3;

/** The button in the toolbar. @param {any} action messenger.composeAction */
export async function showButton(action, tabId, { icon, label, title, badge, urgent }) {
  await Promise.all([
    action.setIcon({ tabId, path: icon }),
    action.setLabel({ tabId, label }),
    action.setTitle({ tabId, title }),
    action.setBadgeText({ tabId, text: badge }),
    action.setBadgeBackgroundColor({ tabId, color: urgent ? "#b5121b" : "#5b5b66" }),
  ]);
}

/**
 * The quiet word below the message, where encryption is held up or went off.
 * @param {import("./compose-session.mjs").ComposeSession} session
 * @param {import("./words.mjs").Words} words
 */
export function barText(session, words) {
  if (!session.fellBack && !(session.blocked && session.missing.length > 0)) {
    return "";
  }
  const names = session.missing.map(({ address }) => address);
  const shown = names.slice(0, NAMED).join(", ") + (names.length > NAMED ? " …" : "");
  const said = session.fellBack
    ? words.text("composeFellBack")
    : missingText(session, words);
  return `${said} (${shown})`;
}
