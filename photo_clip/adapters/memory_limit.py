"""A limit for the memory of this process."""

import sys


def limit_memory(more_mb: int) -> None:
    """Let this process take so much more memory than it has now; Linux alone keeps such a limit."""
    if sys.platform != "linux":
        return
    import resource

    with open("/proc/self/statm", encoding="ascii") as statm:  # noqa: PTH123
        data_pages = int(statm.read().split()[5])
    limit = data_pages * resource.getpagesize() + more_mb * 1024 * 1024
    # Not the address space (RLIMIT_AS), of which libraries reserve more than they use.
    resource.setrlimit(resource.RLIMIT_DATA, (limit, limit))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # a crash leaves no picture of private photos behind
