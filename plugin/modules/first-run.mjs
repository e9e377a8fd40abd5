// SPDX-License-Identifier: MPL-2.0
// @ts-check

/**
 * Opens the set-up page once, whichever way the add-on came here: add-ons that a package installs
 * get no "installed" event.
 * @param {import("./settings.mjs").SettingsStore} settings
 * @param {() => Promise<any>} openPage
 * @returns {Promise<boolean>} it was opened
 */
export async function openOnce(settings, openPage) {
  if ((await settings.read()).firstRunShown) {
    return false;
  }
  // Kept first: a page that can't be opened now does not come up at every start.
  await settings.change({ firstRunShown: true });
  await openPage();
  return true;
}
