# Makes a line of hex of each record that kcat -f '%p %o %K %S %k%s' prints:
# partition, offset, key and value, with - for a null.
use strict;
use warnings;

binmode STDIN;
$/ = " ";

sub bytes {
	my ($length) = @_;
	return "-" if $length < 0;
	(read STDIN, my $bytes, $length) == $length or die "kafka: kcat ended within a record\n";
	return unpack "H*", $bytes;
}

while (defined(my $partition = <STDIN>)) {
	my ($offset, $key, $value) = map { scalar <STDIN> } 1 .. 3;
	die "kafka: kcat ended within a record\n" unless defined $value;
	printf "%d\t%d\t%s\t%s\n", $partition, $offset, bytes($key), bytes($value);
}
