package sandbox

import (
	"encoding/base64"
	"fmt"
	"slices"
	"strconv"
)

// The QR symbol of a Pix is drawn here because the standard library has no
// encoder (ISO/IEC 18004): byte mode, error correction M, versions 1 to 15,
// which hold 412 bytes. Always mask 0: readers take any mask.

// qrBlock is the error correction of a version at level M: codewords in each
// block, and blocks.
type qrBlock struct{ correction, blocks int }

var qrBlocks = [...]qrBlock{
	{10, 1}, {16, 1}, {26, 1}, {18, 2}, {24, 2}, {16, 4}, {18, 4}, {22, 4},
	{22, 5}, {26, 5}, {30, 5}, {22, 8}, {22, 9}, {24, 9}, {24, 10},
}

// qrSymbol is a square of modules, dark when true. Fixed modules belong to the
// patterns and carry no data.
type qrSymbol struct {
	version, size int
	dark, fixed   [][]bool
}

// qrImage is the symbol as a data URL of an SVG picture, or "" for a text
// that is too long.
func qrImage(content string) string {
	symbol := encodeQR(content)
	if symbol == nil {
		return ""
	}
	path := symbol.path(4)
	side := symbol.size + 8 // with the quiet zone of four modules
	picture := fmt.Sprintf(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d"><path fill="#fff" d="M0 0h%dv%dH0z"/><path d="%s"/></svg>`,
		side, side, side, side, path)
	return "data:image/svg+xml;base64," + base64.StdEncoding.EncodeToString([]byte(picture))
}

// path draws every run of dark modules in a row as one rectangle: a carnê
// carries twelve symbols in one answer.
func (s *qrSymbol) path(quiet int) []byte {
	var path []byte
	number := func(command byte, value int) { path = strconv.AppendInt(append(path, command), int64(value), 10) }
	for y, row := range s.dark {
		for x := 0; x < s.size; x++ {
			start := x
			for x < s.size && row[x] {
				x++
			}
			if length := x - start; length > 0 {
				number('M', start+quiet)
				number(' ', y+quiet)
				number('h', length)
				path = append(path, "v1"...)
				number('h', -length)
				path = append(path, 'z')
			}
		}
	}
	return path
}

// encodeQR chooses the smallest version and fills it.
func encodeQR(content string) *qrSymbol {
	for version := 1; version <= len(qrBlocks); version++ {
		if room := qrDataCodewords(version); qrHeaderBits(version)+8*len(content) <= 8*room {
			symbol := newQRSymbol(version)
			symbol.place(qrInterleave(version, qrData(version, content)))
			return symbol
		}
	}
	return nil
}

// qrHeaderBits is the length of the mode and of the character count.
func qrHeaderBits(version int) int {
	if version < 10 {
		return 4 + 8
	}
	return 4 + 16
}

// qrRawCodewords is how many bytes the modules outside of the patterns hold.
func qrRawCodewords(version int) int {
	modules := (16*version+128)*version + 64
	if version >= 2 {
		align := version/7 + 2
		modules -= (25*align-10)*align - 55
	}
	if version >= 7 {
		modules -= 36
	}
	return modules / 8
}

// qrDataCodewords is what remains of them for data.
func qrDataCodewords(version int) int {
	block := qrBlocks[version-1]
	return qrRawCodewords(version) - block.correction*block.blocks
}

// qrData is the mode, the count, the bytes and the padding.
func qrData(version int, content string) []byte {
	var bits []bool
	push := func(value, length int) {
		for i := length - 1; i >= 0; i-- {
			bits = append(bits, value>>i&1 == 1)
		}
	}
	push(0b0100, 4)
	push(len(content), qrHeaderBits(version)-4)
	for i := range len(content) {
		push(int(content[i]), 8)
	}
	capacity := 8 * qrDataCodewords(version)
	push(0, min(4, capacity-len(bits)))
	push(0, (8-len(bits)%8)%8)
	for pad := 0xEC; len(bits) < capacity; pad ^= 0xEC ^ 0x11 {
		push(pad, 8)
	}
	return packBits(bits)
}

// packBits puts eight bits into each byte.
func packBits(bits []bool) []byte {
	packed := make([]byte, len(bits)/8)
	for i, bit := range bits {
		if bit {
			packed[i/8] |= 0x80 >> (i % 8)
		}
	}
	return packed
}

// qrInterleave divides the data into blocks, adds the error correction and
// deals all of them out in turn.
func qrInterleave(version int, data []byte) []byte {
	block, raw := qrBlocks[version-1], qrRawCodewords(version)
	short, divisor := block.blocks-raw%block.blocks, qrDivisor(block.correction)
	var parts, corrections [][]byte
	for i := range block.blocks {
		length := raw/block.blocks - block.correction
		if i >= short {
			length++
		}
		parts = append(parts, data[:length])
		corrections = append(corrections, qrRemainder(data[:length], divisor))
		data = data[length:]
	}
	return append(dealOut(parts), dealOut(corrections)...)
}

// dealOut takes the first byte of every block, then the second, and so on.
func dealOut(blocks [][]byte) []byte {
	var dealt []byte
	for i := range blocks[len(blocks)-1] { // the last block is the longest
		for _, block := range blocks {
			if i < len(block) {
				dealt = append(dealt, block[i])
			}
		}
	}
	return dealt
}

// qrMultiply multiplies in the field of 256 elements of the standard.
func qrMultiply(x, y byte) byte {
	product := 0
	for i := 7; i >= 0; i-- {
		product = product<<1 ^ product>>7*0x11D
		product ^= int(y>>i&1) * int(x)
	}
	return byte(product)
}

// qrDivisor is the generator polynomial of a degree, highest power first and
// without its leading 1.
func qrDivisor(degree int) []byte {
	divisor := make([]byte, degree)
	divisor[degree-1] = 1
	root := byte(1)
	for range degree {
		for i := range divisor {
			divisor[i] = qrMultiply(divisor[i], root)
			if i+1 < degree {
				divisor[i] ^= divisor[i+1]
			}
		}
		root = qrMultiply(root, 2)
	}
	return divisor
}

// qrRemainder is the Reed-Solomon error correction of a block.
func qrRemainder(data, divisor []byte) []byte {
	rest := make([]byte, len(divisor))
	for _, value := range data {
		factor := value ^ rest[0]
		copy(rest, rest[1:])
		rest[len(rest)-1] = 0
		for i, coefficient := range divisor {
			rest[i] ^= qrMultiply(coefficient, factor)
		}
	}
	return rest
}

// newQRSymbol draws the patterns of a version.
func newQRSymbol(version int) *qrSymbol {
	s := &qrSymbol{version: version, size: 17 + 4*version}
	for range s.size {
		s.dark = append(s.dark, make([]bool, s.size))
		s.fixed = append(s.fixed, make([]bool, s.size))
	}
	for i := range s.size {
		s.fix(6, i, i%2 == 0)
		s.fix(i, 6, i%2 == 0)
	}
	s.ring(3, 3, 4)
	s.ring(s.size-4, 3, 4)
	s.ring(3, s.size-4, 4)
	s.align()
	s.describe()
	return s
}

// fix sets a module of a pattern. Those outside of the symbol do not exist.
func (s *qrSymbol) fix(x, y int, dark bool) {
	if x >= 0 && y >= 0 && x < s.size && y < s.size {
		s.dark[y][x], s.fixed[y][x] = dark, true
	}
}

// ring draws the concentric squares of a finder (radius 4, its light border
// included) or of an alignment pattern (radius 2).
func (s *qrSymbol) ring(centerX, centerY, radius int) {
	light := map[int][]int{4: {2, 4}, 2: {1}}[radius]
	for y := -radius; y <= radius; y++ {
		for x := -radius; x <= radius; x++ {
			s.fix(centerX+x, centerY+y, !slices.Contains(light, max(x, -x, y, -y)))
		}
	}
}

// align draws the alignment patterns, except on the three finders.
func (s *qrSymbol) align() {
	places := s.alignments()
	last := len(places) - 1
	for i, y := range places {
		for j, x := range places {
			isFinder := i == 0 && j == 0 || i == 0 && j == last || i == last && j == 0
			if !isFinder {
				s.ring(x, y, 2)
			}
		}
	}
}

// alignments are the rows and columns of the alignment patterns.
func (s *qrSymbol) alignments() []int {
	if s.version == 1 {
		return nil
	}
	count := s.version/7 + 2
	step := (s.version*8 + count*3 + 5) / (count*4 - 4) * 2
	places := make([]int, count)
	places[0] = 6
	for i, place := count-1, s.size-7; i >= 1; i, place = i-1, place-step {
		places[i] = place
	}
	return places
}

// describe draws the format (level M, mask 0) twice and, from version 7 on,
// the version twice.
func (s *qrSymbol) describe() {
	const format = 0x5412
	bit := func(i int) bool { return format>>i&1 == 1 }
	for i := range 15 {
		x, y := 8, i
		if i >= 6 {
			y = i + 1
		}
		if i >= 8 {
			x, y = 15-i, 8
		}
		if i >= 9 {
			x = 14 - i
		}
		s.fix(x, y, bit(i))
		if i < 8 {
			s.fix(s.size-1-i, 8, bit(i))
		} else {
			s.fix(8, s.size-15+i, bit(i))
		}
	}
	s.fix(8, s.size-8, true)
	s.describeVersion()
}

// describeVersion draws the version with its own error correction.
func (s *qrSymbol) describeVersion() {
	if s.version < 7 {
		return
	}
	rest := s.version
	for range 12 {
		rest = rest<<1 ^ rest>>11*0x1F25
	}
	bits := s.version<<12 | rest
	for i := range 18 {
		across, down := s.size-11+i%3, i/3
		s.fix(across, down, bits>>i&1 == 1)
		s.fix(down, across, bits>>i&1 == 1)
	}
}

// place writes the codewords in the zigzag of the standard and masks them.
func (s *qrSymbol) place(codewords []byte) {
	next := 0
	for right := s.size - 1; right >= 1; right -= 2 {
		if right == 6 {
			right = 5 // the timing pattern takes a whole column
		}
		for step := range s.size {
			y := step
			if (right+1)&2 == 0 {
				y = s.size - 1 - step
			}
			for x := right; x > right-2; x-- {
				if s.fixed[y][x] {
					continue
				}
				dark := next < 8*len(codewords) && codewords[next/8]>>(7-next%8)&1 == 1
				s.dark[y][x] = dark != ((x+y)%2 == 0)
				next++
			}
		}
	}
}
