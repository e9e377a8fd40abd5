# SPDX-License-Identifier: MPL-2.0
"""An HTTP server on 127.0.0.1 that counts what is asked of it: nothing should be."""

import http.server
import threading

# a transparent pixel
GIF = (b'GIF89a\1\0\1\0\x80\0\0\0\0\0\0\0\0!\xf9\4\1\0\0\0\0,\0\0\0\0\1\0\1\0\0\2\2D\1\0;')


class _Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.server.requests.append(self.path)
        self.send_response(200)
        self.send_header('Content-Type', 'image/gif')
        self.send_header('Content-Length', str(len(GIF)))
        self.end_headers()
        if self.command != 'HEAD':
            self.wfile.write(GIF)

    do_HEAD = do_POST = do_OPTIONS = do_GET

    def log_message(self, *_arguments):
        """Not to standard error."""


class HttpSink:
    """`requests` has the path of each request; `url` is the address, with a slash."""

    def __init__(self):
        self._server = http.server.ThreadingHTTPServer(('127.0.0.1', 0), _Handler)
        self._server.requests = self.requests = []
        self.port = self._server.server_address[1]
        self.url = f'http://127.0.0.1:{self.port}/'
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def stop(self):
        self._server.shutdown()
        self._server.server_close()
