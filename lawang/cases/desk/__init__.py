"""The officers' side: the list of what is to be done, one page per case, paper entry, payments, registers."""
