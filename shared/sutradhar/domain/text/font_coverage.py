"""The code points that the caption fonts have a glyph for, by the names of their files.

``.ci/write_font_coverage.py`` writes this file.

The domain cannot open fonts, and a text that cannot be drawn must be refused before anything is paid for. The bold and
the regular file of a script have the same characters.
"""

from functools import cache

from sutradhar.domain.text.code_points import CodePoints, parse_code_points


@cache
def read_font_coverage(font: str) -> CodePoints:
    """Return the code points of the font in the file ``font``."""
    return parse_code_points(_TABLES[font])


_TABLES = {
    "NotoSansCJK-Bold.ttc": r"""
        c-m!Jhn4Iw2yDeASSZ=$IQCz{w+05W_uszV+n|65!+=iKrM`=#rIqDc%F-6W-_*Z1<B`7)<8Q)m-w(_EeHzbnEooiS`Ms_E`~Ll&b^l(@@0q@d
        _xQW&Tr7d-SYrEL#+d#+(!S&|{aMP2iP!Ob)7It6&o`lc0v_Mz4T5zn%;%79!yK_K%TlpL#z+}o=VBxB5Jl!_U7^@&<GTYZihpk7MB}~c<{Ah2
        WEo-|rkHF?;W2hTu?~0XHb7qszAd)@@vW`$R$D+gGUHD%6U@f}`^d6?Q<^Q9hRV|rJz;MB<{n&h9C@oy-HR=TwF<O2PIE042NvI}xQ*Ipk*exl
        O>!}z8U_|!avieXy49sB|2*Rxko8wpqkcbDfL!m;BK%_?%WmTg8E07cu^x0cP9ewGu#|B^xYxDZZG0F8fy2}xP3xbmGIU>`F>Cw^tBJ~ZK}X*<
        <<ok4*JbbPkXp9y_~!xJ_Te|*+_ZkXwP*Px`?Ry3Lz~|oW|*OYy)NhTiP=mS4UV8b*Oxb?5hQu3<0aoq%?JhvwJ#&E?sHdDnJ?~`s86-$ZSk@r
        ;F8%6zZN(L)YweBcrzY5g@i7~Gjn#Kmtv;qCW&#F)U#k`j2iKlHgjg5+c1~|i+Y|3Q{lazK8Fy%kjKQkDHU8`4-q#Miydxt8(R+|H2U1Ia?ZY?
        $&{-JUR(pG{rra59qzN)CQ<`*+%{e4kV~)JT3kJlwv2=1hZ2nM^H5E})RP}O&YcF(*hryGF?#pYKUB!!C#IpP&b-?}I#09(p*{E;e$W9qs6Y*@
        jsic{U^SRB+*)mNrHF14K`KaLl6wstL$GXCe`^80I^R+M2TwUS5y!S_Nb`LOmGmgkSZn2mcHUx`3RSKK-=6}D+HEsGX5?UgBBF^O@xr*Q;I7F3
        t<Y>U*ze-ZYM6MLf!x~;ETD_HI^PijTQEfbn@bLUfTFqsU*fqR9%3c1LqW~Z8<9DZk81R=-FJ07Q6=snEy++Art6Ay%$w7bWAg}Y`13_Ua^jS}
        (~?{m@S7#r3{Jlh#54|O`b$uk3Slx1BP9ObJ?P;sa5Gge1W3hx&FcM41CfbWNI@308UPzdhvKsP&t=wu^DyNiQEy|jLq$r+aH0;FVQl$<6$`J;
        u`Tf>2c~mtHZtGFi<*LqK^>L9J>yfqG@}`ct1eUUqixmkg0s*AlCMJTn%2a1)4;QmBd&18*9PHeXY?x|<3&KKc4B0en~J25D-uI@oUZKaq!#c|
        ZaPQu#N!~0*@f}~BO^81$TVGndWK`>#}G!RLxy=(p~y@g8V#8c4sU&U03hXKWXTN7xUK^-{8KaW4o*GYYj4IR5?1Y&el)9joMsMCAe0|_W-j*F
        hg%3Bj<X(Cs>)25qcZ|U;Yp{Tn5nHX{@2NI^yiCMuuV8r#cej~2z%t)a5poY(-D<@Fry1Ip5u%VGqWceb*sycJxT`Eo{^BGJk}YeLfLSpm+KYJ
        ;u5oJewh%GrBuatCI1NdgRI?|&2BkJc(hE>yH3ipI>Oick9WbWCH+`5<TX|z$yUgrw8)Q@CWRb-XR-wvX6i(k&o3JP4aE$E+T7Y%<+^;b>Iw+G
        cpOhiAsZk_UxfRI=iE%P8hnS`MKX)7gM!XT6=Nr)KuYtR9K-T=rTeGIa8ANTR-V6kh>n6F?IAn|iswN&ZfbBksL+u<Y~FP1SC5rvL8k<xsp~z%
        8uyQe-jU7d#+wtPQDa?^5YjVc)NoLRbQ9|&I@X0Hpk>&^_;JR(>k{JGzgdoxNc2TxAul9~GhSx#Xvc+=ug585*YiJNluv=*=WwV*nv}c@LAip2
        w=*?ACi257qnj2_G8lE1u4@<_6VEI>)I(EO(1DjPC`9vNI|!MMOy^;AR?vmjZSU`@^Yf}%rdY&h)4WUtXFy)lbD<cH9feUqGnu(vz+dY^KDB$N
        h0ZEAOZ9RwV?alT<%+;DhEtz`7?ZI+Ci{)LGs8i0fP0o^o=L0c@UDFW)54{RR}`~f!ty}OBdc1iSlkJ{`NzX%z~g{0*c}V9L>oW$-06#XCx|=C
        =u8KjCpnOugJ7$uJx<G`3e!~C7-E`$YcLE3^~O=@@L0A)AZ*kCa!z8ik{U4zwX0tiGm#j?Fnqh`*)vc{1&7zUQed{GszeUw=}!|$CLx|oe)s|0
        x>G-sLyr&n2OO{i7gx5Pxw=1J()~tS1oS*DZNVZ=u&l5!8lC(so{|ss602pD<cgkMlxs<fG_Tfp<XW67*8eCy7RiR_bsk+=L1vLCP91u;@*p`n
        5?wpNf|=7(zD0$#(p0nXgwaE)E3+=xAPhv_yfM#LHUwH>wS!U^-pqWg2{CJbR5w1n@u_ll2Qv4W&6BtH017jAUJV1hkwKU?2*_HGvKg}ziBCO>
        (YDn8CWFoWhLGi{LDl0)Y_?S%j&vn<&U*lADk0zJsnZ@pXLH(Qq0|A_21pmPNR6_ohTX=^v@e&nWj!{N@TX8TpIV~qn%LlKpAT=Uz}pxcQ9rh<
        6nDl~Z}6z%7(chjgNJ~dm*HmVbxumlyxL?jWXhK%j%;Y6J=w{C^Dod^=p{;q<z6yu0FIV{jM>V<H4~`XNlRo@kKU@oqQcf>b{dNYhWC2%HDN(J
        r^PtMYrxVxm@o5!zI&HD84JRWC#evU*LHfPeYyJq3Qj^@lGuCGhUxZG>^dBaw=U8&L*5wF_a7ssmlq!w6?sI=DL)Z_ElP=$+6xqAL5b_GVI{|P
        1)b~_s>48{fwX0}vG~{``70!F`S{zQN}B9d$JtZ3H;mKHba;8O%mP#k%r!U;yl8fkW>+qy*-T^p4P>;48-{(A`eVWzdK$QT0<58*CL;*z$!d)4
        @WVmN!zNu!5#*_8x=nEOVtB$DHl5Wr8)#SX2w|@a^x+93l3}oS4>;XIsLbX@550xW>#AL=%x3+@1j6Uq`5w=*tEa_o_zhl}XCq&JNGXm{W=nJ@
        P@LrYq||<t<~^f5m?w$Bt%RoS7Va>5>=(y@2df>KF1^{Vp8kvXOZvobJItv-G_OpoWnm4bJ9KH_rMq|sa}B5KM4pFn*a*VnUAZ-|XN5fan9vQ7
        IH$)qrzjGtL_(<bo}Hf?3EE4%q?zQ8$h{$GRtAb!?f{uBdpsU=xZ?ckpnjXPlW;}jB-%>=H4RBs_4^RK?5qMWMA1#$*x5{f{A!76(3<@)7kwhH
        IK3~FetO74zrVTSL9Dogr^ylTMw&O@7|oR)m%RyphWjFS*wcC_ddKt5Hn|#W>Peh^SBihfd$W+<#R~{D@Fv*;y(;d@@NhO*o;I5XCQ|=tD*Ihd
        ap6@az2rkr{~_n}d#-$F=Zt+8L7G*URSc5Atl@4gd;y(r^>6DwvpneCJUZt|^#TYDQ7&F<G^)66f$X%vFB30(Y7CNS*T~X(fFusOy;U+N$Lq*F
        AmXlR48>@V7qyMwq<Ruwy|_s4Fb-N0+P_@ABmBmW`sUp$AfnLzKV?~3Q&c~?_G@tS9{#sLugr%9SxPrA=#mHZeTEiFawK(7de|Uu4-u`uR&t16
        uFVUb&95D0_O(L0UV`)I`OhQP$4AGYlImH$nHL=P)nh#((3R%-pP^1Or;y>>3A%Ja15L>smehq)+QUt&{JE)%#Dd*=_NU%>LpwsnS-v=ecu%8w
        yL|qeNeO+97QFOep7Lw*!f*jNct<U>0R?SBr~L#~+&;bj0}xwaEC
    """,
    "NotoSans-Bold.ttf": r"""
        c-l2jixI^z2wH^^BKeQgrg8rfig~YR^f*L=35KOKqB>~cGe9&H^q?b(N_K3a1gk?u?CqH79e#zz?lVQO{lWOgztDQ*D&)$2RAO_m0#n)QaYHQ^
        c*HXyr!&$L7)DMOhI*d9snfHZ>?cHeOH%FQ1+AfMOQs7JiqANUK7W2p+A!n#^9AV+GX(
    """,
    "NotoNastaliqUrdu-Bold.ttf": r"""
        c-mD@i4nsf3|qw`fQ{p1oC4|oBUFBpyB;TFOF}@SP7CNvOb39r<+e$(u#X>L0^*W4{fnaQB&C6fJS)o$2JXVN-4-hXAxZW8$3IFhU5eG1xSY8U
        vP!U+R=D)4up>jDosnT}hS5VgL#CJQq|A7w-s+$3wxCRYFCRY<$}*h
    """,
    "NotoSansArabic-Bold.ttf": r"""
        c-kF}$q|4s3<F!)5^U!%ltUo&Ujj0Z9Usz2hI0!Kf{UhgF^9$_UJ++KV;TNv*}*WHt`KEB@lHrfTO_SqBP;aCUh$7@GH|s_iAFb-wMiWO%J{t>
        VRIW9
    """,
    "NotoSansGurmukhi-Bold.ttf": r"""
        c-lRU0S>?*2m`;;CkTkjbLNu${|TeSEru%Pqz!^QOB9_KPe3-D(xGwy4UV3a<pG7Hh1jrk20?lwn@RXDt(ATND}0`)$tB{^)BR{GRjllzK0BYb
        8SfRZ&2YWFwIFu
    """,
    "NotoSansMalayalam-Bold.ttf": r"""
        c-k#Zi46cD2wSBiNKqr>=o$AP;ixf$Qd*t@!<T79RZ#?Np$RHzZ-61|h!tVFhRzMbQiI3DPRW)2NY~M#k%`mhwMshF87*BTM)o1mny4>58|)7M
        0e%e~!v
    """,
    "NotoSansKannada-Bold.ttf": r"""
        c-l2hfepYQ2z#X`43sJ7Y%~6U!dmA-sHKH^!0@omQT3=2b|VB8ZhOH~)+F>uIE)gCT^N*#yhga#K_j<V(Kxl0%dq7;<{100_8)#}!6RSX7gKf4
        DbYf-+{*5L7Mw4>Dk2O
    """,
    "NotoSansGujarati-Bold.ttf": r"""
        c-k$Diw!^_2m@E?2m<0~9C?ZRkMJll#KW}Y8U$ZHQFJcOh6J4GP<aQsS>43)4TVS{U>ULFmXVmKDh-PB3ajK&n6}9qZ}DQyv7%zp#!#GJ3#yk6
        !}$SO4IbP
    """,
    "NotoSansTelugu-Bold.ttf": r"""
        c-l2gfepYQ40?qVY_-vzqg(d>34(EHqzIG(!^3Berlm>PLI@h%ZopI4M;MWC7$u4mFQqE43kvzTN<&wWJk*5AKU+%7KVEInRfb)MX>^|wEl$<q
        (FO%)9uN
    """,
    "NotoSansTamil-Bold.ttf": r"""
        c-lQqfephj2z$jR#JK62bJnE$|Ab){O;(5j8)zVAJ_Zhd#sF`0hXcVaNQ#i#pA1(YnUgMZn&O0@5~^||imNcQ)Bl>EgLuH))Ru=zZF^%ojm!F#
        VcA?qcGq+dAENM>^WE0osTbl457Z`+
    """,
    "NotoSansBengali-Bold.ttf": r"""
        c-k#ai4nsv2wO!XRN%N_oF={OKSGe~<M<`P2gKdZz)+GEc;QeO2yQ@>R*%9h<g8wTRQQ>Db}8fR=4+{x0%|WtL+A-xK71(t`{<%tW_cK^oJh8N
        67H9tP-W7gGB3S&W;E*s5Q`;=
    """,
    "NotoSansDevanagari-Bold.ttf": r"""
        c-k#Zi46cD3|fT|TB<!AM@?@35w4gEDfA)K;5b!IG>I_b8(q{u{|%fvy`m#$w!koWbORq55blUl^}L-hYMxp~-aiVAt+c@mEUX0W1DV|zzy
    """,
}
