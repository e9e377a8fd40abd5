// SPDX-License-Identifier: MPL-2.0
// @ts-check

/**
 * Lets the user save octets where they like.
 * @param {Uint8Array} octets
 * @param {string} filename
 * @param {string} type
 * @returns {Promise<boolean>} false: the user left the dialog
 */
export async function saveFile(octets, filename, type) {
  const url = URL.createObjectURL(new Blob([/** @type {any} */ (octets)], { type }));
  try {
    const id = await messenger.downloads.download({ url, filename, saveAs: true });
    await finished(id);
    return true;
  } catch (error) {
    if (/cancel/i.test(error?.message ?? "")) {
      return false;
    }
    throw error;
  } finally {
    URL.revokeObjectURL(url);
  }
}

/** @param {number} id of a download */
function finished(id) {
  return new Promise((resolve, reject) => {
    const look = async () => {
      const [{ state, error }] = await messenger.downloads.search({ id });
      if (state === "in_progress") {
        return;
      }
      messenger.downloads.onChanged.removeListener(look);
      if (state === "complete") {
        resolve(undefined);
      } else {
        reject(new Error(error ?? state));
      }
    };
    messenger.downloads.onChanged.addListener(look);
    look();
  });
}
