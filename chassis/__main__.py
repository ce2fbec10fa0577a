"""What can be done with one service from the shell?

python -m chassis run SERVICE                     one service process
python -m chassis migrate SERVICE...              their tables, their queues
python -m chassis new-migration SERVICE WHAT      the next migration, from its tables
python -m chassis relay SERVICE...                publish what a crash left in outboxes
python -m chassis parked SERVICE [list | show ID | retry ID | retry-all | drop ID]
python -m chassis sealing-key                     a new key for SEALING_KEYS
"""

import sys


def main(arguments: list[str]) -> int:
    """Do what the arguments say; return the exit code."""
    match arguments:
        case ["run", service]:
            # before anything else is imported, or sockets and locks stay blocking
            import eventlet

            eventlet.monkey_patch()
            from chassis.run import run

            return run(service)
        case ["migrate", first, *more]:
            from chassis.run import migrate

            migrate((first, *more))
        case ["new-migration", service, what]:
            from chassis.config import read_settings
            from chassis.migrations import set_up, write_next

            set_up(service)
            write_next(service, read_settings().database_url, what)
        case ["relay", first, *more]:
            from chassis.relay import main as relay
            from chassis.telemetry import set_up_logging

            set_up_logging("relay", "json", "INFO")
            relay([first, *more])
        case ["parked", service, *wish]:
            from chassis.parked import main as parked

            return parked(service, wish or ["list"])
        case ["sealing-key"]:
            from chassis.sealing import new_key

            print(new_key())
        case _:
            print(__doc__)
            return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
