"""What a folder of photos holds, and what their files mean: colours, masks, pairs, wide samples."""
