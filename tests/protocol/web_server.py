# SPDX-License-Identifier: MPL-2.0
"""A web server on 127.0.0.1 that has what it is told to have."""

import http.server
import threading


class _Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        octets = self.server.files.get(self.path)
        if octets is None:
            self.send_error(404)
            return
        self.send_response(200)
        self.send_header('Content-Type', 'application/octet-stream')
        self.send_header('Content-Length', str(len(octets)))
        self.end_headers()
        self.wfile.write(octets)

    def log_message(self, *_):
        """Says nothing."""


class WebServer:
    """Serves from a thread until it is stopped."""

    def __init__(self):
        self._server = http.server.ThreadingHTTPServer(('127.0.0.1', 0), _Handler)
        self._server.files = {}
        self.url = f'http://127.0.0.1:{self._server.server_port}'
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,))
        self._thread.start()

    def serve(self, path, octets):
        self._server.files[path] = octets

    def stop(self):
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
