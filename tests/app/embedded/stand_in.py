"""The project's commands and the vector process, as far as a supervisor sees them.

`run` starts the supervisor on this file; everything else is what the supervisor then starts.
"""

import http.server
import json
import os
import sys
import time
from pathlib import Path

DATA_DIR = Path(os.environ.get("DATA_DIR", ""))


class Health(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write(json.dumps({"status": "ready"}).encode())

    def log_message(self, *_arguments: object) -> None:
        pass


def serve(host: str, port: int) -> None:
    http.server.ThreadingHTTPServer((host, port), Health).serve_forever()


def note(text: str) -> None:
    with (DATA_DIR / "notes").open("a") as notes:
        notes.write(f"{text}\n")


def main(command: str, *arguments: str) -> int:
    if command == "run":
        from app.embedded.supervisor import Programs, run  # noqa: PLC0415 - the stand-ins start fast

        program = (sys.executable, "-S", __file__)
        return run(os.environ, Programs(cli=program, vectors=(*program, "vectors")))
    if command == "vectors":
        options = dict(zip(arguments[::2], arguments[1::2], strict=True))
        serve(options["--host"], int(options["--port"]))
    if command in {"migrate", "seed"}:
        note(command)
        return int(os.environ.get(f"{command.upper()}_EXIT_CODE", "0"))
    if command == "token":
        sys.stdout.write("a-token\n")
    if command == "worker":
        time.sleep(600)
    if command == "api":
        serve(os.environ["HOST"], int(os.environ["PORT"]))
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
