// SPDX-License-Identifier: MPL-2.0
"use strict";
/* global setTimeout */
/* exported PartListener */

/** For an add-on whose background does not even start. */
const LISTENER_SECONDS = 20;

/** The one listener of an event, which is there, asleep, or still to come. */
var PartListener = class {
  #listener = null;
  #arrival = Promise.withResolvers();

  /** A registration of the event. */
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

  /** What the add-on answers, when it has done with it. */
  async ask(question) {
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
    return listener.fire.async(question);
  }
};
