using System.Text;

namespace ImageSdk.Posix;

public sealed unsafe partial class DirectoryHandle
{
    /// <summary>The extended attributes of a name. Empty where the file system has none.</summary>
    public List<(byte[] Name, byte[] Value)> ReadAttributes(ReadOnlySpan<byte> name)
    {
        var attributes = new List<(byte[], byte[])>();
        using var path = new TerminatedName(DescriptorPath(name));
        fixed (byte* pointer = path.Bytes)
        {
            // Most files have none: one call with a buffer on the stack tells.
            const int usual = 1024;
            var small = stackalloc byte[usual];
            var length = Libc.ListAttributes(pointer, small, usual);
            byte[] list;
            if (length >= 0)
                list = new Span<byte>(small, (int)length).ToArray();
            else
            {
                length = Libc.ListAttributes(pointer, null, 0);
                if (length <= 0)
                    return attributes;
                list = new byte[length];
                fixed (byte* buffer = list)
                    length = Libc.ListAttributes(pointer, buffer, (nuint)list.Length);
                if (length < 0)
                    throw PosixException.Last("list attributes of", Describe(name));
                list = list[..(int)length];
            }
            for (var rest = list.AsSpan(); !rest.IsEmpty;)
            {
                var end = rest.IndexOf((byte)0);
                if (GetAttribute(pointer, rest[..(end + 1)]) is { } value)
                    attributes.Add((rest[..end].ToArray(), value));
                rest = rest[(end + 1)..];
            }
        }
        return attributes;
    }

    static byte[]? GetAttribute(byte* path, ReadOnlySpan<byte> terminatedName)
    {
        const int usual = 512;
        var small = stackalloc byte[usual];
        fixed (byte* name = terminatedName)
        {
            var length = Libc.GetAttribute(path, name, small, usual);
            if (length >= 0)
                return new Span<byte>(small, (int)length).ToArray();
            length = Libc.GetAttribute(path, name, null, 0);
            if (length < 0)
                return null;
            var value = new byte[length];
            fixed (byte* buffer = value)
                length = Libc.GetAttribute(path, name, buffer, (nuint)value.Length);
            return length < 0 ? null : value[..(int)length];
        }
    }

    public void SetAttribute(ReadOnlySpan<byte> name, ReadOnlySpan<byte> attribute, ReadOnlySpan<byte> value)
    {
        using var path = new TerminatedName(DescriptorPath(name));
        using var terminated = new TerminatedName(attribute);
        fixed (byte* pointer = path.Bytes)
        fixed (byte* attributePointer = terminated.Bytes)
        fixed (byte* content = value)
            Check(Libc.SetAttribute(pointer, attributePointer, content, (nuint)value.Length, 0), "set attribute of", name);
    }

    // The attribute calls know no directory descriptors; the path through /proc is the same thing.
    byte[] DescriptorPath(ReadOnlySpan<byte> name) => [.. Encoding.ASCII.GetBytes($"/proc/self/fd/{Descriptor}/"), .. name];
}
