"""What carries operations out and keeps their state: moto, behind one seam."""
