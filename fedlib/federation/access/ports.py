"""Container ports: what the proxies of a Service's pods see of its ports."""

from __future__ import annotations

from fedlib.discovery.inventory import ServicePort, Workload


def container_ports(port: ServicePort, workloads: tuple[Workload, ...]) -> tuple[int, ...]:
    """The container ports behind a Service's port, sorted: several where workloads give one name to different numbers.

    Empty where no workload has the name.
    """
    target = port.target_port or port.number
    if isinstance(target, int):
        return (target,)
    found = {workload.container_ports[target] for workload in workloads if target in workload.container_ports}
    return tuple(sorted(found))
