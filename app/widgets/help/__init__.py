"""What explains a control: where it stands, under the mouse, and in the panel."""
