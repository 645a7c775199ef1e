"""The network below the mesh: a network namespace per pod, all on one bridge.

Everything lives in the private namespace that `tools/private-network` opens, and ends with it. A pod has two
addresses: its own (10.<cluster>.0.0/16), which only pods of its cluster reach, and one on the network between
the clusters (172.30.0.0/16), where the gateways are found. So clusters meet at gateways only.
"""

import subprocess
from collections.abc import Sequence
from pathlib import Path

from .names import Names

# Where istiod listens, and the DNS, for all pods.
CONTROL_ADDRESS = "10.255.0.1"

# What an application sends carries this mark, and goes to the sidecar; what Envoy sends does not.
APPLICATION_MARK = 1

_BRIDGE = "mesh"
_PROXY_PORTS = "15000-15099"

# What Istio's init container does, with nftables.
_INTERCEPTION = f"""
table ip mesh {{
  chain inbound {{
    type nat hook prerouting priority dstnat;
    iifname "eth0" tcp dport != {{ {_PROXY_PORTS} }} redirect to :15006
  }}
  chain outbound {{
    type nat hook output priority -100;
    meta mark {APPLICATION_MARK} meta l4proto tcp redirect to :15001
  }}
}}
"""


class NetworkError(Exception):
    """A command that sets the network up failed; the message is its own."""


class Network:
    """The bridge, and what is plugged into it."""

    def __init__(self) -> None:
        """Make the bridge, and serve names."""
        self._pods = 0
        _ip(
            f"link add {_BRIDGE} type bridge",
            f"link set {_BRIDGE} up",
            f"address add {CONTROL_ADDRESS}/8 dev {_BRIDGE}",
        )
        self.names = Names(CONTROL_ADDRESS)
        _use_names()

    def add_pod(self, name: str, address: str, outside: str, *, intercepted: bool) -> None:
        """Make a pod's namespace; `intercepted`: its connections go through the sidecar."""
        self._pods += 1
        plug = f"pod{self._pods}"
        cluster = address.rsplit(".", 2)[0] + ".0.0/16"
        _ip(
            f"netns add {name}",
            f"link add {plug} type veth peer name eth0 netns {name}",
            f"link set {plug} master {_BRIDGE} up",
        )
        _ip(
            "link set lo up",
            f"address add {address}/32 dev eth0",
            f"address add {outside}/32 dev eth0",
            "link set eth0 up",
            f"route add {cluster} dev eth0 src {address}",
            f"route add 10.255.0.0/16 dev eth0 src {address}",
            f"route add 10.96.0.0/16 dev eth0 src {address}",  # addresses of Services, for the sidecar to catch
            "route add unreachable 10.0.0.0/8",
            f"route add default dev eth0 src {outside}",
            namespace=name,
        )
        if intercepted:
            _run([*self.inside(name), "nft", "-f", "-"], _INTERCEPTION)

    def inside(self, name: str) -> list[str]:
        """What starts a command inside a pod's namespace."""
        return ["nsenter", f"--net=/run/netns/{name}"]

    def add_address(self, name: str, address: str) -> None:
        """Another address of a pod on the network between the clusters; IPv6 ones are of fd00::/64."""
        _ip(
            f"address add {address}/64 dev eth0 nodad" if ":" in address else f"address add {address}/32 dev eth0",
            namespace=name,
        )

    def add_balancer_address(self, address: str) -> None:
        """An address of a load balancer or a node, which the tests themselves are."""
        _ip(f"address replace {address}/{64 if ':' in address else 16} dev {_BRIDGE} nodad")

    def remove_address(self, name: str, address: str) -> None:
        """Undo `add_address`."""
        _ip(f"address delete {address}/{64 if ':' in address else 32} dev eth0", namespace=name)

    def remove_pod(self, name: str) -> None:
        """Remove the namespace, once its processes have ended."""
        _ip(f"netns delete {name}")


def _use_names() -> None:
    """Everything in the private namespace asks the DNS of the tests."""
    resolver = Path("/run/mesh-resolv.conf")
    resolver.write_text(f"nameserver {CONTROL_ADDRESS}\n")
    used = Path("/etc/resolv.conf").resolve()
    if not used.exists():  # a link into the /run that was here before
        used.parent.mkdir(parents=True, exist_ok=True)
        used.touch()
    _run(["mount", "--bind", str(resolver), str(used)], "")


def _ip(*commands: str, namespace: str = "") -> None:
    inside = ["-n", namespace] if namespace else []
    _run(["ip", *inside, "-batch", "-"], "\n".join(commands))


def _run(command: Sequence[str], text: str) -> None:
    done = subprocess.run(command, input=text, text=True, capture_output=True, check=False)
    if done.returncode:
        raise NetworkError(f"{' '.join(command)}: {done.stderr.strip()}\n{text}")
