"""python -m kam.embedded run | exec -- CMD…"""

import argparse
import os
import sys

from kam.embedded.errors import CannotStart
from kam.embedded.run import run
from kam.embedded.throwaway import execute, execute_outside


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m kam.embedded", description="kam's own PostgreSQL and Valkey")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("run", help="start everything and keep it running (make run)")
    execute_parser = commands.add_parser("exec", help="run a command on throwaway servers (make test)")
    execute_parser.add_argument("argv", nargs=argparse.REMAINDER, metavar="-- CMD…")
    given = parser.parse_args()
    try:
        if given.command == "run":
            return run()
        argv = given.argv[1:] if given.argv[:1] == ["--"] else given.argv
        if not argv:
            parser.error("exec needs a command")
        outside = os.environ.get("DATABASE_URL") and os.environ.get("REDIS_URL")
        return execute_outside(argv) if outside else execute(argv)
    except CannotStart as error:
        print(error, file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
