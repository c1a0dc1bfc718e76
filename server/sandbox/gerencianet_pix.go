package sandbox

import "fmt"

// brCode is the copy-and-paste text of a dynamic Pix: an EMV merchant
// presented code with its CRC. The address in it is invented.
func brCode(key string, cents int64) string {
	account := emv("00", "br.gov.bcb.pix") + emv("25", "pix.example.com/v2/"+key)
	code := emv("00", "01") + emv("01", "12") + emv("26", account) + emv("52", "0000") +
		emv("53", "986") + emv("54", fmt.Sprintf("%d.%02d", cents/100, cents%100)) +
		emv("58", "BR") + emv("59", "EMPRESA DE TESTE") + emv("60", "SAO PAULO") +
		emv("62", emv("05", "***")) + "6304"
	return code + fmt.Sprintf("%04X", crc16(code))
}

// emv is one tag, its length and its value.
func emv(tag, value string) string {
	return fmt.Sprintf("%s%02d%s", tag, len(value), value)
}

// crc16 is CRC-16/CCITT-FALSE, which the BR Code ends with.
func crc16(content string) uint16 {
	sum := uint16(0xFFFF)
	for i := range len(content) {
		sum ^= uint16(content[i]) << 8
		for range 8 {
			if sum&0x8000 != 0 {
				sum = sum<<1 ^ 0x1021
			} else {
				sum <<= 1
			}
		}
	}
	return sum
}
