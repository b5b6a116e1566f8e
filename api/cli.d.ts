// @ttp/cli


