// SPDX-License-Identifier: MPL-2.0
// @ts-check

// Few enough for the argument list of String.fromCharCode().
const PIECE = 0x6000;

/**
 * @param {Uint8Array} octets
 * @returns {string} base64 with padding, without line breaks (RFC 4648 §4)
 */
export function toBase64(octets) {
  const pieces = [];
  for (let i = 0; i < octets.length; i += PIECE) {
    pieces.push(String.fromCharCode(...octets.subarray(i, i + PIECE)));
  }
  return btoa(pieces.join(""));
}

/**
 * @param {string} text
 * @returns {Uint8Array}
 */
export function fromBase64(text) {
  const binary = atob(text);
  const octets = new Uint8Array(binary.length);
  for (let i = 0; i < binary.length; i++) {
    octets[i] = binary.charCodeAt(i);
  }
  return octets;
}

/**
 * @param {Uint8Array[]} pieces
 * @returns {Uint8Array}
 */
export function joinOctets(pieces) {
  const whole = new Uint8Array(pieces.reduce((n, piece) => n + piece.length, 0));
  let offset = 0;
  for (const piece of pieces) {
    whole.set(piece, offset);
    offset += piece.length;
  }
  return whole;
}
