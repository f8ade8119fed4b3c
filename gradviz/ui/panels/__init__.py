"""What stands around the canvas: one module per panel, each fed by the controller."""
