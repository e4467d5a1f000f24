using System.Runtime.InteropServices;

namespace ImageSdk.Posix;

/// <summary>
/// A filter of system calls (seccomp(2)) as libseccomp makes it: a program for the kernel that tells calls by their numbers on one
/// processor, the one at hand or the 32-bit one that it runs as well.
/// </summary>
public sealed unsafe partial class SystemCallFilter : IDisposable
{
    const uint AllowAction = 0x7FFF_0000;
    const uint ErrorAction = 0x0005_0000;
    const int UnknownCall = -1;

    /// <summary>Of the processor at hand (SCMP_ARCH_NATIVE).</summary>
    const uint Native = 0;

    /// <summary>Attributes of a filter (enum scmp_filter_attr).</summary>
    enum Attribute
    {
        BadArchitecture = 2,
        Optimize = 8,
    }

    /// <summary>Which value of an argument a rule is for (struct scmp_arg_cmp).</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct Condition
    {
        const int NotEqual = 1;
        const int Equal = 4;
        const int MaskedEqual = 7;

        uint argument;
        int comparison;
        ulong first;
        ulong second;

        public static Condition Is(uint argument, ulong value) => new() { argument = argument, comparison = Equal, first = value };

        public static Condition IsNot(uint argument, ulong value) => new() { argument = argument, comparison = NotEqual, first = value };

        /// <summary>Of the bits of a mask, the argument has these.</summary>
        public static Condition Has(uint argument, ulong mask, ulong bits) => new() { argument = argument, comparison = MaskedEqual, first = mask, second = bits };
    }

    nint context;

    /// <param name="error">The errno of every call that no rule is for.</param>
    /// <param name="is32Bit">Whether it is for 32-bit programs.</param>
    /// <exception cref="DllNotFoundException">libseccomp is not installed.</exception>
    public SystemCallFilter(int error, bool is32Bit = false)
    {
        context = Initialize(ErrorAction | (uint)error);
        if (context == 0)
            throw new PosixException("make", "a filter of system calls", Errno.NoMemory);
        // Of another architecture than those here: as good as a call that there is not.
        _ = SetAttribute(context, Attribute.BadArchitecture, ErrorAction | (uint)error);
        _ = SetAttribute(context, Attribute.Optimize, 2); // A binary tree; older libraries can't, and are right all the same.
        if (!is32Bit)
            return;
        _ = AddArchitecture(context, ResolveArchitecture(RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? "arm" : "x86"));
        _ = RemoveArchitecture(context, Native);
    }

    /// <summary>Takes over the rules for another processor.</summary>
    /// <param name="other">Of no use any more.</param>
    public void Merge(SystemCallFilter other)
    {
        var result = Merge(context, other.context);
        if (result < 0)
            throw new PosixException("filter the system calls of", "32-bit programs", -result);
        other.context = 0; // It is released.
    }

    /// <summary>Lets a call through. Names that no architecture here has, or that the library does not know, are ignored.</summary>
    public void Allow(string name, params ReadOnlySpan<Condition> conditions) => Add(AllowAction, name, conditions);

    public void Refuse(string name, int error, params ReadOnlySpan<Condition> conditions) => Add(ErrorAction | (uint)error, name, conditions);

    void Add(uint action, string name, ReadOnlySpan<Condition> conditions)
    {
        var number = ResolveName(name);
        if (number == UnknownCall)
            return;
        fixed (Condition* pointer = conditions)
        {
            var result = AddRule(context, action, number, (uint)conditions.Length, pointer);
            if (result < 0)
                throw new PosixException("filter the system call", name, -result);
        }
    }

    /// <summary>Writes the program as the kernel takes it.</summary>
    public void Write(FileStream file)
    {
        var result = Export(context, (int)file.SafeFileHandle.DangerousGetHandle());
        if (result < 0)
            throw new PosixException("write the filter of system calls to", file.Name, -result);
    }

    public void Dispose()
    {
        if (context != 0)
            Release(context);
        context = 0;
    }

    const string Library = "libseccomp.so.2";

    [LibraryImport(Library, EntryPoint = "seccomp_init")]
    private static partial nint Initialize(uint action);

    [LibraryImport(Library, EntryPoint = "seccomp_release")]
    private static partial void Release(nint context);

    [LibraryImport(Library, EntryPoint = "seccomp_attr_set")]
    private static partial int SetAttribute(nint context, Attribute attribute, uint value);

    [LibraryImport(Library, EntryPoint = "seccomp_arch_resolve_name", StringMarshalling = StringMarshalling.Utf8)]
    private static partial uint ResolveArchitecture(string name);

    [LibraryImport(Library, EntryPoint = "seccomp_arch_add")]
    private static partial int AddArchitecture(nint context, uint architecture);

    [LibraryImport(Library, EntryPoint = "seccomp_arch_remove")]
    private static partial int RemoveArchitecture(nint context, uint architecture);

    [LibraryImport(Library, EntryPoint = "seccomp_merge")]
    private static partial int Merge(nint context, nint other);

    [LibraryImport(Library, EntryPoint = "seccomp_syscall_resolve_name", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int ResolveName(string name);

    [LibraryImport(Library, EntryPoint = "seccomp_rule_add_array")]
    private static partial int AddRule(nint context, uint action, int number, uint count, Condition* conditions);

    [LibraryImport(Library, EntryPoint = "seccomp_export_bpf")]
    private static partial int Export(nint context, int descriptor);
}
