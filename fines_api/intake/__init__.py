"""The door for devices: evidence, then events, each answered; nothing refused without its reason kept."""
