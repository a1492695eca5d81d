"""The network in torch, for the training."""

import torch
from torch import nn
from torch.nn import functional

WIDTHS = (28, 40, 56, 72, 80)  # channels, from fine to coarse
INPUTS, OUTPUTS = 10, 80  # both views and the place; lesion, index and 18 classes; 2 x 2 pixels


def _layer(inputs: int, outputs: int) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(inputs, outputs, 3, padding=1, bias=False),
        nn.BatchNorm2d(outputs, momentum=0.05),
        nn.ReLU(inplace=True),
    )


class UNet(nn.Module):
    """A U-Net on half of the pixels; each of its pixels answers for two by two.

    The output has a logit of a lesion, the bone scan index (softplus, 0.01 %) and a logit for each
    class of bone.
    """

    def __init__(self) -> None:
        super().__init__()
        down, inputs = [], INPUTS
        for width in WIDTHS:
            down += [_layer(inputs, width), _layer(width, width)]
            inputs = width
        up = [
            _layer(deep + wide, wide)
            for wide, deep in zip(WIDTHS[-2::-1], WIDTHS[:0:-1], strict=True)
        ]
        self.down, self.up = nn.ModuleList(down), nn.ModuleList(up)
        self.head = nn.Conv2d(WIDTHS[0], OUTPUTS, 1)
        with torch.no_grad():
            self.head.bias[:8] = -4.0  # lesions are rare

    def forward(self, views: torch.Tensor) -> torch.Tensor:
        """Return the outputs (n, 20, rows, columns) of inputs (n, 4, rows, columns)."""
        counts = functional.pixel_unshuffle(views[:, :2], 2)
        x, kept = torch.cat([counts, views[:, 2:, ::2, ::2]], 1), []
        for level in range(len(WIDTHS)):
            x = functional.max_pool2d(x, 2) if level else x
            x = self.down[2 * level + 1](self.down[2 * level](x))
            kept.append(x)
        kept.pop()
        for layer in self.up:
            wide = functional.interpolate(x, scale_factor=2, mode="nearest")
            x = layer(torch.cat([wide, kept.pop()], 1))
        return functional.pixel_shuffle(self.head(x), 2)
