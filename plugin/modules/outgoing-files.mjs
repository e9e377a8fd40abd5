// SPDX-License-Identifier: MPL-2.0
// @ts-check
import { joinOctets } from "./base64.mjs";

/** Of one call to the shim; its schema allows no more. */
export const PIECE_OCTETS = 1024 * 1024;

/**
 * Has the host work on a job's file: by its name, or through us where the host can't see it
 * (sandboxes).
 * @param {Pick<import("./bridge.mjs").Bridge, "request">} bridge
 * @param {Pick<DaneOutgoing, "readFile" | "writeFile">} hooks
 * @param {OutgoingJob} job
 * @param {string} op
 * @param {object} params
 * @param {object} options of Bridge.request()
 */
export async function requestThroughShim(bridge, hooks, job, op, params, options) {
  const outputFiles = [job.file, ...job.bccFiles];
  try {
    return await bridge.request(op, params, { ...options, body: { file: job.file }, outputFiles });
  } catch (error) {
    if (error?.code !== "file-refused") {
      throw error;
    }
    const body = await readMessage(hooks, job);
    // Where the host failed at the second file, the first one is no longer what it was.
    if (body.length !== job.octets) {
      throw error;
    }
    const answer = await bridge.request(op, params, { ...options, body });
    await writeBodies(hooks, job, answer.bodies);
    return answer;
  }
}

async function readMessage(hooks, job) {
  const pieces = [];
  for (let offset = 0; ; offset += PIECE_OCTETS) {
    const piece = new Uint8Array(await hooks.readFile(job.job, offset, PIECE_OCTETS));
    pieces.push(piece);
    if (piece.length < PIECE_OCTETS) {
      return joinOctets(pieces);
    }
  }
}

async function writeBodies(hooks, job, bodies) {
  for (const [index, { data }] of bodies.entries()) {
    for (let offset = 0; offset < data.length; offset += PIECE_OCTETS) {
      const piece = data.slice(offset, offset + PIECE_OCTETS);
      await hooks.writeFile(job.job, index, piece.buffer, offset === 0);
    }
  }
}
