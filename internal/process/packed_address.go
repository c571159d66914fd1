package process

import (
	"bytes"

	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/vmihailenco/msgpack/v5"
	"github.com/vmihailenco/msgpack/v5/msgpcode"
)

// packedAddress returns the address in a configuration that sets nothing else. If
// the configuration sets something else, or a value is unknown, ok is false. It does
// not make Terraform values of all the attributes, most of which are null: that would
// take half as long as decoding the process, and three times for each block.
func packedAddress(config []byte) (address addressModel, ok bool) {
	decoder := msgpack.NewDecoder(bytes.NewReader(config))
	attributes, err := decoder.DecodeMapLen()
	if err != nil || attributes < 1 {
		return addressModel{}, false
	}
	for range attributes {
		name, err := decoder.DecodeString()
		if err != nil {
			return addressModel{}, false
		}
		argument := address.attribute(name)
		// Only null and texts are decoded: a list announces a length, which would be
		// allocated. A code that cannot be read is not that of a text either.
		code, _ := decoder.PeekCode()
		if code == msgpcode.Nil && decoder.DecodeNil() == nil {
			if argument != nil {
				*argument = types.StringNull() // the last one counts, if there are two
			}
			continue
		}
		if argument == nil || !msgpcode.IsString(code) {
			return addressModel{}, false
		}
		text, err := decoder.DecodeString()
		if err != nil {
			return addressModel{}, false
		}
		*argument = types.StringValue(text)
	}
	return address, true
}
