// SPDX-License-Identifier: MPL-2.0
// @ts-check

/**
 * Whether a window answers, forwards or reuses a message that was encrypted. Drafts and templates
 * know by themselves what they were saved with.
 * @param {ComposeWindow} composeWindow
 * @param {object} sources
 * @param {(uri: string) => Promise<ListMark | null>} sources.getMark
 * @param {(uri: string) => Promise<{verdict: any}>} sources.read asked where there is no mark
 */
export async function hasEncryptedOriginal(composeWindow, { getMark, read }) {
  if (["new", "draft", "template"].includes(composeWindow.kind)) {
    return false;
  }
  if (composeWindow.encryptedOriginal) {
    return true;
  }
  for (const uri of composeWindow.originals) {
    const mark = await getMark(uri).catch(() => null);
    const encrypted = mark
      ? ["encrypted", "both"].includes(mark.kind)
      : (await read(uri).catch(() => null))?.verdict?.encrypted;
    if (encrypted) {
      return true;
    }
  }
  return false;
}
