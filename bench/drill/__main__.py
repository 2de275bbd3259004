"""Pull the plug, really: `make drill`.

Whole installations (`lawang up` in a temporary folder on a free port) are used over HTTP while kill -9 hits the pages,
the worker, the database, or everything at once: first those who work on a plan (figures.py), then applicants, officers,
a head and a mail server (cases.py). What they were told is compared with what is there; exits 1 with sentences.

LAWANG_ROUNDS (50) says how often the plan is hit, LAWANG_SUBMISSIONS (1,000) and LAWANG_ACTIONS (10,000) until how many
acknowledged ones the rest goes on. `--break` makes the database acknowledge before it has written: both must then find
what was lost.
"""

import argparse
import os
import signal
import sys

from bench.drill import cases, figures

SHORT = {"rounds": "8", "submissions": "60", "actions": "400"}  # enough to lose something
FULL = {"rounds": "50", "submissions": "1000", "actions": "10000"}


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="bench.drill", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("only", nargs="?", choices=["figures", "cases"], help="one half alone")
    for name in FULL:
        parser.add_argument(f"--{name}", type=int, default=os.environ.get(f"LAWANG_{name.upper()}"))
    parser.add_argument(
        "--minutes", type=float, default=0, help="end the second half then, whatever is reached"
    )
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--break", dest="broken", action="store_true", help="acknowledge before writing; must fail"
    )
    chosen = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # the installation is taken down then, too
    usual = SHORT if chosen.broken else FULL
    rounds, submissions, actions = (int(getattr(chosen, name) or usual[name]) for name in FULL)
    wrong = []
    if chosen.only != "cases":
        print(f"Figures of a plan, {rounds} rounds", flush=True)
        wrong += figures.drill(rounds, broken=chosen.broken, seed=chosen.seed)
        print()
    if chosen.only != "figures":
        print(
            f"Cases, letters and messages, {submissions:,} applications and {actions:,} actions", flush=True
        )
        goal = cases.Goal(submissions, actions, chosen.minutes)
        wrong += cases.drill(goal, broken=chosen.broken, seed=chosen.seed)
        print()
    print("\n".join(wrong[:30]) or "Nothing acknowledged was lost, nothing is there twice or by half.")
    if wrong[30:]:
        print(f"and {len(wrong) - 30} more")
    sys.exit(bool(wrong))


if __name__ == "__main__":
    main()
