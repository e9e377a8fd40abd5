// SPDX-License-Identifier: MPL-2.0
"use strict";
/* global setTimeout */
/* exported PartListener */

/** For an add-on whose background does not even start. */
const LISTENER_SECONDS = 20;

/** The add-on's listener for parts, which is there, asleep, or still to come. */
var PartListener = class {
  #listener = null;
  #arrival = Promise.withResolvers();

  /** A registration of onPart. */
  listen(fire) {
    const listener = { fire };
    this.#listener = listener;
    this.#arrival.resolve();
    return {
      unregister: () => {
        if (this.#listener === listener) {
          this.#listener = null;
          this.#arrival = Promise.withResolvers();
        }
      },
      convert(newFire) {
        listener.fire = newFire;
      },
    };
  }

  /** Until the add-on has done with the part. */
  async ask(part) {
    if (!this.#listener) {
      const late = new Promise((resolve) => {
        setTimeout(resolve, LISTENER_SECONDS * 1000);
      });
      await Promise.race([this.#arrival.promise, late]);
    }
    const listener = this.#listener;
    if (!listener) {
      throw new Error("nobody listens");
    }
    await listener.fire.wakeup?.();
    await listener.fire.async(part);
  }
};
