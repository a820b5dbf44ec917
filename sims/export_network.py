"""Networks as code for a script: the same layers in the same order as those that `sims.model` builds.

A test holds each against `sims.model`: equal initial weights for equal seeds.
"""

NETWORK = {
    "small": """\
return nn.Sequential(  # 28 x 28 -> 14 x 14 -> 7 x 7 -> 10 logits; 9,226 weights
    nn.Conv2d(1, 8, 5, stride=2, padding=2),
    nn.ReLU(),
    nn.Conv2d(8, 16, 3, stride=2, padding=1),
    nn.ReLU(),
    nn.Flatten(),
    nn.Linear(16 * 7 * 7, 10),
)""",
    "batchnorm": """\
layers = []  # 28 x 28 -> 13 x 13 -> 6 x 6 -> 2 x 2 -> 10 logits; 25,978 weights
for inputs, outputs in (1, 16), (16, 32), (32, 64):
    layers += [nn.Conv2d(inputs, outputs, 3, stride=2, bias=False), nn.BatchNorm2d(outputs), nn.ReLU()]
return nn.Sequential(*layers, nn.Flatten(), nn.Linear(64 * 2 * 2, 10))""",
}
"""Body of `make_model` by name of the network (see `sims.plan.NETWORKS`)."""
