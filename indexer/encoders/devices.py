"""Can this machine compute there? Asked before an archive is read."""

from indexer.encoders.errors import EncoderError

CPU = "cpu"


def check_device(device: str | None) -> None:
    """Raises EncoderError for a device that this machine does not have; None is whatever an encoder takes by itself."""
    if device is not None and (fault := device_fault(device)):
        raise EncoderError(f"本机不能使用设备 {device}（{fault}）。请改用 --device cpu，或去掉 --device。")


def device_fault(device: str) -> str | None:
    """Why torch cannot compute there; None where it can. Torch is loaded only for a device other than the CPU."""
    if device == CPU:
        return None
    import torch

    try:
        torch.zeros(1, device=device).cpu()
    except (RuntimeError, AssertionError, NotImplementedError) as error:
        return str(error).split("\n", maxsplit=1)[0]
    return None
