/* SPDX-License-Identifier: MPL-2.0 */
#pragma once

#include <gio/gio.h>

/* The resolver program's side of the socket: makes the engine that the client's set-up asks for,
 * puts its questions to it and sends the answers. Knows the engine as a Resolver alone. */

/* Runs until the other end of @socket has gone. */
void resolver_service_run(GSocket *socket);
