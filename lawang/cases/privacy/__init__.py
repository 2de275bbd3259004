"""What a data-protection officer works with: register, erasure, incidents, who read what, what is held of a person."""
