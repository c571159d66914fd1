package process

import (
	"bytes"

	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/vmihailenco/msgpack/v5"
	"github.com/vmihailenco/msgpack/v5/msgpcode"
)

// packedAddress is the address in a configuration that has nothing else, known
// as a whole; others are not ok. To make Terraform values of all the attributes,
// which are null but for this one, takes half as long as to decode the process,
// and is due three times for each block.
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
		// A code that cannot be read is not a string's either.
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
		s, err := decoder.DecodeString()
		if err != nil {
			return addressModel{}, false
		}
		*argument = types.StringValue(s)
	}
	return address, true
}
