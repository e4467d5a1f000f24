using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace ImageSdk.Posix;

/// <summary>A network namespace (network_namespaces(7)) that another process has made.</summary>
public sealed unsafe partial class NetworkNamespace : IDisposable
{
    const int NewNetwork = 0x4000_0000;

    readonly SafeFileHandle handle;

    NetworkNamespace(SafeFileHandle handle) => this.handle = handle;

    /// <exception cref="IOException">There is no such process, or it belongs to another user.</exception>
    public static NetworkNamespace Of(int process) => new(File.OpenHandle($"/proc/{process}/ns/net"));

    /// <summary>
    /// The calling thread, and what it starts from now on, is in the namespace. An ordinary user has no way back: for a thread of its own.
    /// </summary>
    /// <exception cref="PosixException">The namespace is out of the caller's reach.</exception>
    public void Enter()
    {
        if (SetNamespace((int)handle.DangerousGetHandle(), NewNetwork) != 0)
            throw PosixException.Last("enter", "a network namespace");
    }

    public void Dispose() => handle.Dispose();

    /// <summary>Refuses every packet to a network, whatever routes there are, in the calling thread's namespace (rtnetlink(7)).</summary>
    public static void Refuse(IPNetwork network)
    {
        const ushort newRule = 32;
        const byte prohibit = 8; // FR_ACT_PROHIBIT
        const ushort destination = 1, priority = 6; // FRA_DST, FRA_PRIORITY
        var family = FamilyOf(network.BaseAddress);
        byte[] header = [family, (byte)network.PrefixLength, 0, 0, 0, 0, 0, prohibit, 0, 0, 0, 0];
        Change(newRule, [.. header, .. Attribute(priority, BitConverter.GetBytes(10u)), .. Attribute(destination, network.BaseAddress.GetAddressBytes())]);
    }

    /// <summary>Lets programs of the calling thread's namespace reach each other over the loopback.</summary>
    public static void StartLoopback()
    {
        const ushort setLink = 19;
        const uint up = 1; // IFF_UP
        // ifinfomsg: family, type, index, flags, and which flags change.
        Change(setLink, [0, 0, 0, 0, .. BitConverter.GetBytes(LoopbackIndex), .. BitConverter.GetBytes(up), .. BitConverter.GetBytes(up)]);
    }

    // It is the first interface of any namespace.
    const int LoopbackIndex = 1;

    /// <summary>Makes an address one of the calling thread's namespace itself.</summary>
    public static void AddToLoopback(IPAddress address)
    {
        const ushort newAddress = 20;
        const ushort whole = 1, local = 2; // IFA_ADDRESS, IFA_LOCAL
        var bytes = address.GetAddressBytes();
        byte[] header = [FamilyOf(address), (byte)(bytes.Length * 8), 0, 0, .. BitConverter.GetBytes(LoopbackIndex)];
        Change(newAddress, [.. header, .. Attribute(local, bytes), .. Attribute(whole, bytes)]);
    }

    static byte FamilyOf(IPAddress address) => address.AddressFamily == AddressFamily.InterNetworkV6 ? (byte)10 : (byte)2;

    static byte[] Attribute(ushort type, byte[] value) =>
        [.. BitConverter.GetBytes((ushort)(4 + value.Length)), .. BitConverter.GetBytes(type), .. value];

    static void Change(ushort type, byte[] body)
    {
        const int netlinkFamily = 16, raw = 3, closeOnExecute = 0x80000;
        const ushort request = 0x1, acknowledge = 0x4, create = 0x400, exclusive = 0x200;
        byte[] message =
        [
            .. BitConverter.GetBytes(16 + body.Length), .. BitConverter.GetBytes(type), .. BitConverter.GetBytes((ushort)(request | acknowledge | create | exclusive)),
            .. BitConverter.GetBytes(1), .. BitConverter.GetBytes(0), .. body,
        ];
        var answer = new byte[4096];
        var socket = OpenSocket(netlinkFamily, raw | closeOnExecute, 0);
        if (socket < 0)
            throw PosixException.Last("ask", "the kernel's routing");
        using var owner = new SafeFileHandle(socket, ownsHandle: true);
        nint length;
        fixed (byte* sent = message, received = answer)
            length = Send(socket, sent, (nuint)message.Length, 0) < 0 ? -1 : Receive(socket, received, (nuint)answer.Length, 0);
        if (length < 20)
            throw PosixException.Last("change", "the kernel's routing");
        // nlmsgerr: a header, and the error as a negative number.
        const int exists = -17;
        if (BinaryPrimitives.ReadInt32LittleEndian(answer.AsSpan(16)) is not (0 or exists) and var error)
            throw new PosixException("change", "the kernel's routing", -error);
    }

    [LibraryImport("libc", EntryPoint = "setns", SetLastError = true)]
    private static partial int SetNamespace(int descriptor, int type);

    [LibraryImport("libc", EntryPoint = "socket", SetLastError = true)]
    private static partial int OpenSocket(int family, int type, int protocol);

    [LibraryImport("libc", EntryPoint = "send", SetLastError = true)]
    private static partial nint Send(int socket, byte* bytes, nuint length, int flags);

    [LibraryImport("libc", EntryPoint = "recv", SetLastError = true)]
    private static partial nint Receive(int socket, byte* bytes, nuint length, int flags);
}
