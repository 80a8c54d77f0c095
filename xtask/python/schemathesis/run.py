"""Checks one contract: starts the server on a fresh folder, has schemathesis try its document, ends the server.

`python run.py PROGRAM CONTRACT FOLDER`, with what else schemathesis takes behind that. Answers with its exit code, or 1 when the
server didn't live through it or said that something was wrong with itself.
"""

import os
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import stand_ins

HERE = Path(__file__).resolve().parent

# 429 is told once by each contract's tests of limits; here it would hide everything else.
NO_LIMITS = {
    "WENSHU_REQUESTS_PER_MINUTE_PER_ACCOUNT": "0",
    "WENSHU_REQUESTS_PER_MINUTE_PER_ADDRESS": "0",
    "WENSHU_LOGIN_FAILURES_PER_ACCOUNT": "1000000",
    "WENSHU_LOGIN_FAILURES_PER_ADDRESS": "1000000",
    "WENSHU_RUNS_PER_ACCOUNT": "100000",
}

# Without those that have paths in common with it: a document says nothing of another contract's methods.
APART = {
    "querygpt": "querygpt,aideer",
    "aideer": "querygpt,aideer",
    "chat-app": "chat-app,stock-bi",
    "stock-bi": "chat-app,stock-bi",
    # It has none in common with any; the others are how its things are made.
    "wenshu": "querygpt,aideer,wenshu",
}


def main():
    """Runs it."""
    program, contract, folder, *more = sys.argv[1:]
    stand_in = stand_ins.start()
    plain = {"PATH": os.environ["PATH"], "HOME": folder, "LC_ALL": "C.UTF-8", "TZ": "UTC"}
    settings = {
        "WENSHU_DEBUG": "true",
        "WENSHU_DEBUG_ADMIN_USERNAME": "admin_of_debug",
        "WENSHU_DEBUG_ADMIN_PASSWORD": "a-Password-of-debug-1",
        # Cheap hashes: what they cost isn't what is checked.
        "WENSHU_PASSWORD_MEMORY_KIB": "64",
        "WENSHU_PASSWORD_PASSES": "1",
        "WENSHU_WECHAT_APP_ID": stand_ins.APP_ID,
        "WENSHU_WECHAT_SECRET": stand_ins.SECRET,
        "WENSHU_WECHAT_BASE_URL": stand_in,
        "WENSHU_LOG": "info",
        "WENSHU_CONTRACTS": APART[contract],
        "OPENAI_BASE_URL": f"{stand_in}/v1",
        "OPENAI_API_KEY": "sk-of-tests",
        **NO_LIMITS,
    }
    # A database of one's own, beside the demo's, which the server makes.
    make_database(Path(folder) / "sources")
    log_file = Path(folder) / "log"
    with open(log_file, "wb") as log:
        server = subprocess.Popen(
            [program, "serve", "--listen", "127.0.0.1:0", "--data-dir", folder],
            cwd=folder, env=plain | settings, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=log,
        )
    # SIGTERM ends this program as ctrl-c does, so that the server never stays behind.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    try:
        first = server.stdout.readline().decode()
        if "http://" not in first:
            print(f"the server didn't start: {first}{log_file.read_text()}", file=sys.stderr)
            return 1
        address = "http://" + first.split("http://")[1].split()[0].rstrip("/")
        checks = {
            "CHECKED_SERVER": address,
            "CHECKED_PROGRAM": program,
            "CHECKED_FOLDER": folder,
            "CHECKED_CONTRACT": contract,
            "CHECKED_STAND_IN": stand_in,
            "SCHEMATHESIS_HOOKS": "hooks",
            "PYTHONPATH": str(HERE),
            "PYTHONHASHSEED": "0",
            "PYTHONDONTWRITEBYTECODE": "1",
        }
        command = [
            sys.executable, "-m", "schemathesis.cli", "--config-file", str(HERE / "schemathesis.toml"),
            "run", f"{address}/openapi/{contract}.json", *more,
        ]
        code = subprocess.run(command, cwd=folder, env=plain | checks, stdin=subprocess.DEVNULL).returncode
        if server.poll() is not None:
            print("the server ended before the check did", file=sys.stderr)
            code = 1
    finally:
        if server.poll() is None:
            server.terminate()
            server.wait()
    said = log_file.read_text(errors="replace").splitlines()
    # 502 is how a contract says that a database which a request names doesn't answer.
    wrong = [line for line in said if " ERROR " in line and " status=502 " not in line or "panicked" in line]
    if wrong:
        print("the server logged errors:", *wrong[:20], sep="\n", file=sys.stderr)
        code = 1
    return code


def make_database(folder):
    """A SQLite file that connections may name."""
    folder.mkdir()
    with sqlite3.connect(folder / "own.db") as database:
        database.execute("CREATE TABLE customers (id INTEGER PRIMARY KEY, name TEXT, 城市 TEXT)")
        database.execute("CREATE TABLE orders (id INTEGER PRIMARY KEY, customer_id INTEGER, amount REAL)")
        database.execute("INSERT INTO customers VALUES (1, '王伟', '上海'), (2, 'Ann', NULL)")
        database.execute("INSERT INTO orders VALUES (1, 1, 12.5), (2, 2, 7)")
    database.close()


if __name__ == "__main__":
    sys.exit(main())
