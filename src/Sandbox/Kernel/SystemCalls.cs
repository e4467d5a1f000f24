using ImageSdk.Contracts.Diagnostics;
using ImageSdk.Contracts.Projects;
using ImageSdk.Posix;

using Condition = ImageSdk.Posix.SystemCallFilter.Condition;

namespace ImageSdk.Sandbox.Kernel;

/// <summary>
/// Which system calls commands may make: those of podman's default profile, without what mounts, makes namespaces, or reaches keys and
/// the log of the kernel, which that profile leaves to the capabilities. An unknown call is answered as by an older kernel, so that
/// programs do without it.
/// </summary>
static class SystemCalls
{
    const int NotPermitted = Errno.NotPermitted;
    const int NoSuchCall = 38; // ENOSYS

    const ulong MakesTimeNamespace = 0x80;

    /// <summary>The flags of clone(2) and unshare(2) that make a namespace, but for that of time, whose bit clone uses otherwise.</summary>
    static readonly ulong[] NamespaceFlags = [0x20000, 0x2000000, 0x4000000, 0x8000000, 0x10000000, 0x20000000, 0x40000000];

    /// <summary>Values of personality(2) that change no protection: Linux, 32-bit Linux, both with an older version's name, and the question.</summary>
    static readonly ulong[] Personalities = [0, 8, 0x20000, 0x20008, 0xffffffff];

    const ulong VirtualMachineSockets = 40; // AF_VSOCK, which leads to the hypervisor.

    /// <summary>There where the machine has such sockets.</summary>
    const string VirtualMachineDevice = "/sys/class/misc/vsock";

    /// <summary>Refused as not permitted, and not as unknown, so that programs give the right reason; by the capability that allows them.</summary>
    static readonly (string? Capability, string Names)[] Refused =
    [
        (null, "add_key keyctl request_key kexec_file_load kexec_load userfaultfd uselib ustat sysfs vm86 vm86old nfsservctl migrate_pages move_pages vmsplice"),
        ("DAC_READ_SEARCH", "open_by_handle_at"),
        ("SYS_ADMIN",
            "mount umount umount2 move_mount mount_setattr open_tree fsopen fsconfig fsmount fspick pivot_root setns bpf perf_event_open lookup_dcookie "
            + "quotactl quotactl_fd setdomainname sethostname swapon swapoff"),
        ("SYSLOG", "syslog"),
        ("SYS_BOOT", "reboot"),
        ("SYS_MODULE", "delete_module finit_module init_module query_module"),
        ("SYS_PACCT", "acct"),
        ("SYS_PTRACE", "kcmp process_madvise"),
        ("SYS_RAWIO", "ioperm iopl"),
        ("SYS_TIME", "clock_settime clock_settime64 settimeofday stime"),
        ("SYS_TTY_CONFIG", "vhangup"),
    ];

    const string Allowed =
        """
        _llseek _newselect accept accept4 access adjtimex alarm arch_prctl arm_fadvise64_64 arm_sync_file_range bind breakpoint brk
        cacheflush capget capset chdir chmod chown chown32 chroot clock_adjtime clock_adjtime64 clock_getres clock_getres_time64
        clock_gettime clock_gettime64 clock_nanosleep clock_nanosleep_time64 close close_range connect copy_file_range creat dup dup2 dup3
        epoll_create epoll_create1 epoll_ctl epoll_ctl_old epoll_pwait epoll_pwait2 epoll_wait epoll_wait_old eventfd eventfd2 execve
        execveat exit exit_group faccessat faccessat2 fadvise64 fadvise64_64 fallocate fanotify_init fanotify_mark fchdir fchmod fchmodat
        fchmodat2 fchown fchown32 fchownat fcntl fcntl64 fdatasync fgetxattr flistxattr flock fork fremovexattr fsetxattr fstat fstat64
        fstatat64 fstatfs fstatfs64 fsync ftruncate ftruncate64 futex futex_time64 futimesat get_mempolicy get_robust_list get_thread_area
        getcpu getcwd getdents getdents64 getegid getegid32 geteuid geteuid32 getgid getgid32 getgroups getgroups32 getitimer getpeername
        getpgid getpgrp getpid getppid getpriority getrandom getresgid getresgid32 getresuid getresuid32 getrlimit getrusage getsid
        getsockname getsockopt gettid gettimeofday getuid getuid32 getxattr getxattrat inotify_add_watch inotify_init inotify_init1
        inotify_rm_watch io_cancel io_destroy io_getevents io_setup io_submit ioctl ioprio_get ioprio_set ipc kill landlock_add_rule
        landlock_create_ruleset landlock_restrict_self lchown lchown32 lgetxattr link linkat listen listxattr listxattrat llistxattr
        lremovexattr lseek lsetxattr lstat lstat64 madvise mbind membarrier memfd_create memfd_secret mincore mkdir mkdirat mknod mknodat
        mlock mlock2 mlockall mmap mmap2 modify_ldt mprotect mq_getsetattr mq_notify mq_open mq_timedreceive mq_timedreceive_time64
        mq_timedsend mq_timedsend_time64 mq_unlink mremap mseal msgctl msgget msgrcv msgsnd msync munlock munlockall munmap
        name_to_handle_at nanosleep newfstatat open openat openat2 pause pidfd_getfd pidfd_open pidfd_send_signal pipe pipe2 pkey_alloc
        pkey_free pkey_mprotect poll ppoll ppoll_time64 prctl pread64 preadv preadv2 prlimit64 process_mrelease process_vm_readv
        process_vm_writev pselect6 pselect6_time64 ptrace pwrite64 pwritev pwritev2 read readahead readlink readlinkat readv recv recvfrom
        recvmmsg recvmmsg_time64 recvmsg remap_file_pages removexattr removexattrat rename renameat renameat2 restart_syscall rmdir rseq
        rt_sigaction rt_sigpending rt_sigprocmask rt_sigqueueinfo rt_sigreturn rt_sigsuspend rt_sigtimedwait rt_sigtimedwait_time64
        rt_tgsigqueueinfo sched_get_priority_max sched_get_priority_min sched_getaffinity sched_getattr sched_getparam sched_getscheduler
        sched_rr_get_interval sched_rr_get_interval_time64 sched_setaffinity sched_setattr sched_setparam sched_setscheduler sched_yield
        seccomp select semctl semget semop semtimedop semtimedop_time64 send sendfile sendfile64 sendmmsg sendmsg sendto set_mempolicy
        set_robust_list set_thread_area set_tid_address set_tls setfsgid setfsgid32 setfsuid setfsuid32 setgid setgid32 setgroups
        setgroups32 setitimer setpgid setpriority setregid setregid32 setresgid setresgid32 setresuid setresuid32 setreuid setreuid32
        setrlimit setsid setsockopt setuid setuid32 setxattr setxattrat shmat shmctl shmdt shmget shutdown sigaltstack signal signalfd
        signalfd4 sigprocmask sigreturn socketpair splice stat stat64 statfs statfs64 statx symlink symlinkat sync
        sync_file_range sync_file_range2 syncfs sysinfo tee tgkill time timer_create timer_delete timer_getoverrun timer_gettime
        timer_gettime64 timer_settime timer_settime64 timerfd_create timerfd_gettime timerfd_gettime64 timerfd_settime timerfd_settime64
        times tkill truncate truncate64 ugetrlimit umask uname unlink unlinkat utime utimensat utimensat_time64 utimes vfork wait4 waitid
        waitpid write writev
        """;

    /// <summary>Writes the filter as a program for the kernel.</summary>
    /// <param name="capabilities">What commands may do; calls that are of use with them only are allowed.</param>
    public static void WriteFilter(string path, IReadOnlyCollection<string> capabilities)
    {
        try
        {
            using var filter = new SystemCallFilter(NoSuchCall);
            Fill(filter, capabilities, is32Bit: false);
            using var filter32 = new SystemCallFilter(NoSuchCall, is32Bit: true);
            Fill(filter32, capabilities, is32Bit: true);
            filter.Merge(filter32);
            using var file = File.Create(path);
            filter.Write(file);
        }
        catch (DllNotFoundException)
        {
            throw new BuildException("IMG3114", "The sandbox needs the library libseccomp, which is not installed. Install it: apt-get install libseccomp2");
        }
    }

    static void Fill(SystemCallFilter filter, IReadOnlyCollection<string> capabilities, bool is32Bit)
    {
        foreach (var name in Words(Allowed))
            filter.Allow(name);
        foreach (var (capability, names) in Refused)
            foreach (var name in Words(names))
                if (capability is not null && capabilities.Contains(capability))
                    filter.Allow(name);
                else
                    filter.Refuse(name, NotPermitted);
        foreach (var personality in Personalities)
            filter.Allow("personality", Condition.Is(0, personality));
        AddSockets(filter, is32Bit);
        AddNamespaces(filter, mayMake: capabilities.Contains("SYS_ADMIN"));
    }

    static void AddSockets(SystemCallFilter filter, bool is32Bit)
    {
        if (!is32Bit)
        {
            filter.Allow("socket", Condition.IsNot(0, VirtualMachineSockets));
            filter.Refuse("socket", NotPermitted, Condition.Is(0, VirtualMachineSockets));
        }
        else if (!Directory.Exists(VirtualMachineDevice))
            filter.Allow("socket");
        else
            // Older programs do all with sockets by one call, whose arguments lie in memory: a filter cannot see which kind is wanted.
            filter.Refuse("socket", NotPermitted);
    }

    static void AddNamespaces(SystemCallFilter filter, bool mayMake)
    {
        if (mayMake)
        {
            foreach (var name in new[] { "clone", "clone3", "unshare" })
                filter.Allow(name);
            return;
        }
        // A filter cannot see the flags of clone3: without it the C library uses clone.
        AllowWithout("clone", NamespaceFlags);
        AllowWithout("unshare", [.. NamespaceFlags, MakesTimeNamespace]);

        void AllowWithout(string name, ulong[] flags)
        {
            filter.Allow(name, Condition.Has(0, flags.Aggregate((all, flag) => all | flag), 0));
            foreach (var flag in flags)
                filter.Refuse(name, NotPermitted, Condition.Has(0, flag, flag));
        }
    }

    static string[] Words(string text) => text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
}
